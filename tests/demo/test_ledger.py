"""A demo's folder knows which demo it holds, and how long each step took over all its runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from consistent_character.demo.ledger import FILE_NAME, Ledger
from consistent_character.demo.plan import DemoPlan
from consistent_character.engine import CheckpointInfo
from consistent_character.errors import FolderError, RequestError

CHECKPOINT = CheckpointInfo("cartoon-world", "0" * 64, 96, Path("cartoon-world.safetensors"))


def test_seconds_add_up_over_interruptions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 14.0, 100.0, 101.5, 200.0, 202.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    with pytest.raises(KeyboardInterrupt), Ledger(tmp_path, DemoPlan(), CHECKPOINT).timed("generate"):
        raise KeyboardInterrupt
    again = Ledger(tmp_path, DemoPlan(), CHECKPOINT)
    with again.timed("generate"):
        pass
    with again.timed("curate"):
        pass
    assert again.seconds == (("generate", 5.5), ("curate", 2.0))


def test_another_plan_or_checkpoint_is_refused(tmp_path: Path) -> None:
    Ledger(tmp_path, DemoPlan(), CHECKPOINT)
    with pytest.raises(RequestError, match="--out"):
        Ledger(tmp_path, DemoPlan(per_cell=9), CHECKPOINT)
    with pytest.raises(RequestError, match="--out"):
        Ledger(tmp_path, DemoPlan(), replace(CHECKPOINT, sha256="1" * 64))
    Ledger(tmp_path, DemoPlan(), CHECKPOINT)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("all of it", encoding="utf-8")
    with pytest.raises(RequestError, match="not empty"):
        Ledger(tmp_path, DemoPlan(), CHECKPOINT)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_damaged_ledger_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"plan": ', encoding="utf-8")
    with pytest.raises(FolderError, match="remove"):
        Ledger(tmp_path, DemoPlan(), CHECKPOINT)
