"""How long work tells how far it is, and hears that it should stop."""

from __future__ import annotations

from typing import Protocol

from consistent_character.errors import Interrupted


class Progress(Protocol):
    """The host's progress bar and its Interrupt button.

    A job calls `begin` once, then `advance` after each unit of work; `advance` is where an interruption surfaces.
    """

    def begin(self, job: str, total: int, done: int = 0) -> None:
        """A job of `total` units starts, of which `done` were finished by an earlier, interrupted run."""

    def advance(self, units: int = 1, note: str = "") -> None:
        """`units` more are done.

        Raises:
            Interrupted: the user asked to stop.
        """


class Silent:
    """Progress that nobody watches; `interrupt()` stops the job at its next unit."""

    def __init__(self) -> None:
        self._interrupted = False

    def begin(self, job: str, total: int, done: int = 0) -> None:
        """Nothing to show."""

    def advance(self, units: int = 1, note: str = "") -> None:
        """Raise if interrupted."""
        if self._interrupted:
            raise Interrupted("Stopped. What was finished is kept; start the job again to go on.")

    def interrupt(self) -> None:
        """Ask the job to stop."""
        self._interrupted = True
