"""The terminal's progress: what is shown, and what Ctrl-C does."""

from __future__ import annotations

import io
import signal

import pytest

from consistent_character.errors import Interrupted
from consistent_character.terminal import TerminalProgress


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_terminal_gets_a_bar_that_starts_where_the_last_run_stopped() -> None:
    stream = Terminal()
    with TerminalProgress(stream) as progress:
        progress.begin("Drawing", total=4, done=3)
        progress.advance(note="a closeup")
    assert "Drawing:  75%" in stream.getvalue()
    assert "4/4" in stream.getvalue()
    assert "a closeup" in stream.getvalue()


def test_a_log_gets_lines_now_and_then() -> None:
    stream, clock = io.StringIO(), Clock()
    with TerminalProgress(stream, clock) as progress:
        progress.begin("Drawing", total=9)
        for _ in range(9):
            clock.now += 20
            progress.advance()
    assert stream.getvalue().splitlines() == [f"Drawing: {n} of 9" for n in (0, 2, 4, 6, 8, 9)]


def test_a_second_job_closes_the_first() -> None:
    stream = io.StringIO()
    with TerminalProgress(stream) as progress:
        progress.begin("One", total=1)
        progress.advance()
        progress.begin("Two", total=1)
    assert stream.getvalue().splitlines() == ["One: 0 of 1", "One: 1 of 1", "Two: 0 of 1"]


def test_ctrl_c_stops_at_the_next_unit() -> None:
    stream = io.StringIO()
    with TerminalProgress(stream) as progress:
        progress.begin("Drawing", total=9)
        signal.raise_signal(signal.SIGINT)
        assert "Ctrl-C again" in stream.getvalue()
        with pytest.raises(Interrupted):
            progress.advance()


def test_ctrl_c_twice_stops_at_once() -> None:
    with TerminalProgress(io.StringIO()) as progress, pytest.raises(KeyboardInterrupt):
        progress.begin("Drawing", total=9)
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)


def test_signals_are_given_back() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with TerminalProgress(io.StringIO()) as progress:
        progress.begin("One", total=1)
        progress.begin("Two", total=1)
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
