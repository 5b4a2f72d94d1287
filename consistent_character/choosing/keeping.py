"""Writes pictures while the next ones are drawn: beside a fast GPU, packing them would take a fifth of its time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from consistent_character.character.files import write_whole

_WAITING = 64
"""Pictures in memory that are still to be written."""


class Keeper:
    """Writes files whole, in their order, in a thread of its own; use it as a context manager.

    When it is left, however it is left, everything that it was given is on disk, or the error has been raised.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "consistent-character: keeping")
        self._waiting: list[Future[None]] = []

    def keep(self, path: Path, content: Callable[[], bytes]) -> None:
        """Have a file written; `content` is called in the thread.

        Raises:
            FolderError: an earlier one could not be written; this one is not.
        """
        self._settled(_WAITING)
        self._waiting.append(self._thread.submit(lambda: write_whole(path, content())))

    def __enter__(self) -> Keeper:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()
        if error is None:
            self._settled(0)

    def _settled(self, most: int) -> None:
        """Wait until no more than so many are left; raise what went wrong with those that are done."""
        while self._waiting and (len(self._waiting) > most or self._waiting[0].done()):
            self._waiting.pop(0).result()
