"""Progress in a terminal: a bar with the time left, and Ctrl-C that stops a job between two units of its work."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, TextIO

from tqdm import tqdm

from consistent_character.errors import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_ONCE_MORE = "Stopping after this one. Press Ctrl-C again to stop at once."
_SECONDS_BETWEEN_LINES = 30.0

Clock = Callable[[], float]


class TerminalProgress:
    """A bar on standard error, or a line now and then where that is no terminal. Use it as a context manager.

    While a job runs, the first Ctrl-C (or SIGTERM) makes the next `advance` raise `Interrupted`; the second one is a
    plain KeyboardInterrupt. Signals that a job does not wait for are left as they were.
    """

    def __init__(self, stream: TextIO | None = None, clock: Clock = time.monotonic) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._clock = clock
        self._bar: Bar | Lines | None = None
        self._asked_to_stop = False
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> TerminalProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def begin(self, job: str, total: int, done: int = 0) -> None:
        """Show a new job; one that was shown before is finished with."""
        self._end_bar()
        self._listen()
        terminal = self._stream.isatty()
        self._bar = (
            Bar(self._stream, job, total, done) if terminal else Lines(self._stream, self._clock, job, total, done)
        )

    def advance(self, units: int = 1, note: str = "") -> None:
        """Move on.

        Raises:
            Interrupted: Ctrl-C was pressed.
        """
        if self._bar is not None:
            self._bar.advance(units, note)
        if self._asked_to_stop:
            raise Interrupted("Stopped. What was finished is kept.")

    def tell(self, line: str) -> None:
        """Write a line above the bar."""
        if self._bar is not None:
            self._bar.tell(line)
        else:
            self._stream.write(f"{line}\n")

    def close(self) -> None:
        """Leave the terminal and the signals as they were."""
        self._end_bar()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = None

    def _listen(self) -> None:
        if self._handlers or threading.current_thread() is not threading.main_thread():
            return
        for number in _SIGNALS:
            self._handlers[number] = signal.signal(number, self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self._asked_to_stop:
            raise KeyboardInterrupt
        self._asked_to_stop = True
        if self._bar is not None:
            self._bar.tell(_ONCE_MORE)


class Bar:
    """A bar that is drawn over itself."""

    def __init__(self, stream: TextIO, job: str, total: int, done: int) -> None:
        self._stream = stream
        self._bar = tqdm(total=total, initial=done, desc=job, file=stream, dynamic_ncols=True, unit="", smoothing=0.1)

    def advance(self, units: int, note: str) -> None:
        """Grow the bar."""
        if note:
            self._bar.set_postfix_str(note, refresh=False)
        self._bar.update(units)

    def tell(self, line: str) -> None:
        """Write a line above the bar."""
        self._bar.write(line, file=self._stream)

    def close(self) -> None:
        """Leave the bar as it is and go to the next line."""
        self._bar.close()


class Lines:
    """A line at the start, every half minute, and at the end, for logs."""

    def __init__(self, stream: TextIO, clock: Clock, job: str, total: int, done: int) -> None:
        self._stream = stream
        self._clock = clock
        self._job = job
        self._total = total
        self._done = done
        self._said: int | None = None
        self._say()

    def advance(self, units: int, note: str) -> None:
        """Count, and speak when it is time."""
        self._done += units
        if self._clock() - self._when >= _SECONDS_BETWEEN_LINES:
            self._say()

    def tell(self, line: str) -> None:
        """Write a line."""
        self._stream.write(f"{line}\n")

    def close(self) -> None:
        """Say how far it got."""
        if self._said != self._done:
            self._say()

    def _say(self) -> None:
        self.tell(f"{self._job}: {self._done} of {self._total}")
        self._when = self._clock()
        self._said = self._done
