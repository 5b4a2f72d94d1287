"""`compare`, from its words to the answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing.result import write_result
from tests.cli.conftest import Call
from tests.report.forests import forest_test


@pytest.fixture
def lady(tmp_path: Path) -> Path:
    """A character with two tested runs, of which nobody knows how they were trained."""
    with CharacterFolder.create(tmp_path / "lady", Character("t0ken", "a woman")) as folder:
        for number, onset in ((1, None), (2, 75)):
            run = folder.path / "runs" / f"2026010{number}-120000-{number}"
            run.mkdir()
            write_result(run, forest_test(run, (50, 75, 100), seeds=(1, 2), onset=onset))
        return folder.path


def test_runs_stand_beside_each_other(call: Call, lady: Path) -> None:
    answer = call("compare", lady)
    lines = answer.out.splitlines()
    assert lines[0].split() == ["run", "use", "step", "scene", "likeness", "scene", "×", "likeness", "onset"]
    assert lines[1].split() == ["1", "20260101-120000-1", "100", "0.83", "0.91", "0.75", "–"]
    assert lines[2].split() == ["2", "20260102-120000-2", "–", "–", "–", "–", "75"]
    assert answer.code == 0


def test_they_can_be_written_and_read_by_programs(call: Call, lady: Path, tmp_path: Path) -> None:
    before = sorted(path for path in lady.rglob("*") if path.name != "character.db")
    document = call("compare", lady, "--json", "--out", tmp_path / "all.html").document
    assert [run["recommended"] for run in document["runs"]] == [100, None]
    assert "<svg" in (tmp_path / "all.html").read_text(encoding="utf-8")
    assert call("compare", lady, "--out", tmp_path / "all.png").out.endswith("all.png\n")
    assert sorted(path for path in lady.rglob("*") if path.name != "character.db") == before


def test_another_ending_is_refused_in_one_line(call: Call, lady: Path, tmp_path: Path) -> None:
    answer = call("compare", lady, "--out", tmp_path / "all.doc")
    assert answer.code == 2
    assert ".html or .png" in answer.err
    assert len(answer.err.strip().splitlines()) == 1


def test_nothing_to_compare_says_what_to_do(call: Call, tmp_path: Path) -> None:
    with CharacterFolder.create(tmp_path / "nobody", Character("t0ken", "a woman")) as folder:
        assert "No run has been tested yet" in call("compare", folder.path).out
