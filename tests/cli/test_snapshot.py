"""`snapshot`, from its words to the files and the answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from consistent_character import documents
from consistent_character.character.character import Character
from consistent_character.cli.places import PlainFolder
from consistent_character.documents import to_json
from tests.cli.conftest import Call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plain folder with two pictures and one caption."""
    for name in ("a.png", "b.png"):
        (tmp_path / name).touch()
    (tmp_path / "a.txt").write_text("a red house", encoding="utf-8")
    return tmp_path


def test_take_list_restore_undo(call: Call, folder: Path) -> None:
    assert call("snapshot", folder, "--list").out.startswith("There is no snapshot yet")
    assert call("snapshot", folder, "--note", "as drawn").out == "Snapshot 1: 1 captions are kept as they are.\n"
    (folder / "a.txt").write_text("a blue house", encoding="utf-8")
    (folder / "b.txt").write_text("new", encoding="utf-8")
    shown = call("snapshot", folder, "--restore", "1")
    assert shown.out.splitlines() == [
        "a.txt  a [-blue-]{+red+} house",
        "b.txt  goes: there was no caption",
        "2 captions would change. Nothing was written: add --apply to bring them back.",
    ]
    assert (folder / "b.txt").exists()
    done = call("snapshot", folder, "--restore", "1", "--apply")
    assert (done.code, done.out.splitlines()[-1]) == (
        0,
        "2 captions are as in the snapshot. How they were is snapshot 2; undo works too.",
    )
    assert ((folder / "a.txt").read_text("utf-8"), (folder / "b.txt").exists()) == ("a red house", False)
    listed = call("snapshot", folder, "--list").out.splitlines()
    assert [line.split()[0] for line in listed] == ["2", "1"]
    assert listed[1].endswith("1 captions  as drawn")
    assert call("undo", folder).out == "“Snapshot 1 restored” is taken back: 2 captions are as they were before.\n"
    assert (folder / "b.txt").read_text("utf-8") == "new"


def test_as_json(call: Call, folder: Path) -> None:
    taken = call("snapshot", folder, "--note", "x", "--json").document
    assert {**taken, "time": ""} == {"id": 1, "note": "x", "images": 2, "captions": 1, "time": ""}
    assert call("snapshot", folder, "--list", "--json").document == {"snapshots": [taken]}
    (folder / "a.txt").unlink()
    plan = call("snapshot", folder, "--restore", "1", "--json").document
    assert plan == {
        "snapshot": taken,
        "changes": [{"caption": "a.txt", "before": None, "after": "a red house"}],
        "left": [],
        "batch": None,
        "present": None,
    }
    done = call("snapshot", folder, "--restore", "1", "--apply", "--json").document
    assert (done["batch"], done["present"]["captions"]) == (1, 0)


def test_the_history_as_a_document(call: Call, folder: Path) -> None:
    call("snapshot", folder)
    (folder / "a.txt").unlink()
    call("snapshot", folder, "--restore", "1", "--apply")
    with PlainFolder(folder, Character("abc", "a woman")) as opened:
        (batch,) = to_json(documents.history(opened.history()))["batches"]  # type: ignore[index, call-overload]
    assert {**batch, "time": ""} == {
        "id": 1,
        "kind": "captions",
        "count": 1,
        "state": "applied",
        "title": "Snapshot 1 restored",
        "time": "",
    }


def test_mistakes_are_one_line(call: Call, folder: Path) -> None:
    for arguments in (["--restore", "9"], ["--apply"]):
        answer = call("snapshot", folder, *arguments)
        assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert call("snapshot", folder / "nowhere").code == 2
