"""Pictures are written beside the drawing: all of them, in order, and nothing that goes wrong is lost."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from consistent_character.choosing.keeping import Keeper
from consistent_character.errors import FolderError, Interrupted


def test_everything_is_on_disk_at_the_end(tmp_path: Path) -> None:
    with Keeper() as keeper:
        for number in range(200):
            keeper.keep(tmp_path / f"{number}.png", lambda number=number: str(number).encode())  # type: ignore[misc]
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {f"{n}.png": str(n) for n in range(200)}


def test_it_is_done_in_another_thread(tmp_path: Path) -> None:
    with Keeper() as keeper:
        keeper.keep(tmp_path / "one.png", lambda: threading.current_thread().name.encode())
    assert (tmp_path / "one.png").read_text() != threading.current_thread().name


def test_an_interruption_loses_nothing(tmp_path: Path) -> None:
    gate = threading.Event()

    def late() -> bytes:
        gate.wait(10)
        return b"whole"

    with pytest.raises(Interrupted), Keeper() as keeper:
        for number in range(3):
            keeper.keep(tmp_path / f"{number}.png", late)
        gate.set()
        raise Interrupted("stopped")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"whole"] * 3


def test_what_cannot_be_written_is_raised(tmp_path: Path) -> None:
    (tmp_path / "one.png").mkdir()
    with pytest.raises(FolderError, match="is a folder"), Keeper() as keeper:
        keeper.keep(tmp_path / "one.png", lambda: b"")


def test_no_more_is_drawn_for_a_full_disk(tmp_path: Path) -> None:
    (tmp_path / "0.png").mkdir()
    given = 0
    with pytest.raises(FolderError), Keeper() as keeper:
        for number in range(10_000):
            keeper.keep(tmp_path / f"{number}.png", lambda: b"")
            given += 1
    assert given < 1000
