"""Snapshots: everything is kept, to the byte, and restoring loses nothing of the present."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.journal import CaptionBytes
from consistent_character.errors import FolderError, Interrupted, RequestError
from consistent_character.progress import Silent

FIRST = {"a.txt": b"\xef\xbb\xbfcaption a\r\n", "b.txt": b"\xff\xfe\0", "c.txt": b""}
"""The captions of the images a, b and c; d has none."""


@pytest.fixture
def folder(tmp_path: Path) -> CharacterFolder:
    made = CharacterFolder.create(tmp_path / "abc", Character("abc", "a woman"))
    for name in "abcd":
        (made.images / f"{name}.png").write_bytes(name.encode())
    for name, text in FIRST.items():
        (made.images / name).write_bytes(text)
    return made


def _texts(folder: CharacterFolder, part: str = "images") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder.path / part).rglob("*.txt")}


def _scramble(folder: CharacterFolder) -> None:
    """Change a, remove b, leave c, write one for d; as other programs do, not through the journal."""
    (folder.images / "a.txt").write_bytes(b"changed")
    (folder.images / "b.txt").unlink()
    (folder.images / "d.txt").write_bytes(b"new")


def test_a_snapshot_brings_every_byte_back(folder: CharacterFolder) -> None:
    taken = folder.snapshots.take("before tidying")
    assert (taken.id, taken.note, taken.images, taken.captions) == (1, "before tidying", 4, 3)
    _scramble(folder)
    done = folder.snapshots.restore(taken.id)
    assert _texts(folder) == FIRST
    assert {edit.path.name for edit in done.restoration.edits} == {"a.txt", "b.txt", "d.txt"}
    assert folder.history()[0].title == "Snapshot 1 restored"


def test_restoring_keeps_the_present_in_a_snapshot_and_can_be_undone(folder: CharacterFolder) -> None:
    folder.snapshots.take()
    _scramble(folder)
    present = _texts(folder)
    done = folder.snapshots.restore(1)
    assert done.present is not None
    assert [one.id for one in folder.snapshots.all()] == [done.present.id, 1]
    assert folder.undo().restored == 3
    assert _texts(folder) == present
    folder.snapshots.restore(1)
    assert _texts(folder) == FIRST
    folder.snapshots.restore(done.present.id)
    assert _texts(folder) == present


def test_the_plan_writes_nothing(folder: CharacterFolder) -> None:
    folder.snapshots.take()
    _scramble(folder)
    present = _texts(folder)
    plan = folder.snapshots.plan(1)
    assert [(edit.path.name, edit.before, edit.after) for edit in plan.edits] == [
        ("a.txt", b"changed", FIRST["a.txt"]),
        ("b.txt", None, FIRST["b.txt"]),
        ("d.txt", b"new", None),
    ]
    assert _texts(folder) == present
    assert len(folder.snapshots.all()) == 1


def test_restoring_what_is_there_already_does_nothing(folder: CharacterFolder) -> None:
    folder.snapshots.take()
    done = folder.snapshots.restore(1)
    assert (done.batch, done.present, done.restoration.edits) == (0, None, ())
    assert len(folder.snapshots.all()) == 1
    assert folder.history() == ()


def test_images_that_came_since_are_left_alone(folder: CharacterFolder) -> None:
    folder.snapshots.take()
    (folder.images / "e.png").touch()
    (folder.images / "e.txt").write_bytes(b"came later")
    folder.snapshots.restore(1)
    assert _texts(folder) == {**FIRST, "e.txt": b"came later"}


def test_texts_are_stored_once(folder: CharacterFolder) -> None:
    for number in range(50):
        (folder.images / f"{number}.png").touch()
        (folder.images / f"{number}.txt").write_bytes(b"the same")
    for _ in range(3):
        folder.snapshots.take()
    folder.close()
    with sqlite3.connect(folder.path / "character.db") as database:
        assert database.execute("SELECT COUNT(*) FROM snapshot_texts").fetchone() == (4,)
        assert database.execute("SELECT COUNT(*) FROM snapshot_captions").fetchone() == (162,)
    database.close()


def test_a_pair_that_was_rejected_since_is_restored_where_it_is(folder: CharacterFolder) -> None:
    folder.snapshots.take()
    folder.move_out([(folder.pairs()[0], "blank")])
    _write(folder.path / "rejected" / "blank" / "a.txt", b"changed")
    (folder.images / "a.png").write_bytes(b"another picture of that name")
    _write(folder.images / "a.txt", b"its caption")
    done = folder.snapshots.restore(1)
    assert done.restoration.left == ()
    assert _texts(folder, "rejected") == {"a.txt": FIRST["a.txt"]}
    assert (folder.images / "a.txt").read_bytes() == b"its caption"
    folder.undo()
    assert _texts(folder, "rejected") == {"a.txt": b"changed"}


def test_a_pair_that_came_back_since_is_restored_where_it_is(folder: CharacterFolder) -> None:
    folder.move_out([(folder.pairs()[0], "blank")])
    assert folder.snapshots.take().captions == 3
    folder.undo()
    _write(folder.images / "a.txt", b"changed")
    folder.snapshots.restore(1)
    assert _texts(folder) == FIRST


def test_an_image_that_is_gone_is_told(folder: CharacterFolder) -> None:
    folder.snapshots.take()
    for name in ("a.png", "a.txt"):
        (folder.images / name).unlink()
    done = folder.snapshots.restore(1)
    assert done.restoration.left == ("a.png is not in the folder any more: its caption stays in the snapshot",)
    assert "a.txt" not in _texts(folder)


def test_two_images_with_one_caption(folder: CharacterFolder) -> None:
    (folder.images / "a.jpg").touch()
    folder.snapshots.take()
    _scramble(folder)
    assert len(folder.snapshots.restore(1).restoration.edits) == 3
    assert _texts(folder) == FIRST


def test_a_stopped_restoration_is_taken_back(folder: CharacterFolder) -> None:
    folder.snapshots.take()
    _scramble(folder)
    present = _texts(folder)
    progress = Silent()
    progress.interrupt()
    with pytest.raises(Interrupted):
        folder.snapshots.restore(1, progress)
    assert _texts(folder) == present


def test_a_snapshot_that_is_not_there(folder: CharacterFolder) -> None:
    with pytest.raises(RequestError, match="no snapshot 7: there are none yet"):
        folder.snapshots.restore(7)
    folder.snapshots.take()
    with pytest.raises(RequestError, match="no snapshot 7: there are 1"):
        folder.snapshots.plan(7)


def test_a_caption_that_cannot_be_read_is_told_and_no_snapshot_is_made(folder: CharacterFolder) -> None:
    (folder.images / "d.txt").mkdir()
    with pytest.raises(FolderError, match=r"d\.txt"):
        folder.snapshots.take()
    assert folder.snapshots.all() == ()


def test_restored_after_a_restart_and_in_another_place(folder: CharacterFolder, tmp_path: Path) -> None:
    folder.snapshots.take("kept")
    _scramble(folder)
    folder.close()
    folder.path.rename(tmp_path / "elsewhere")
    with CharacterFolder.open(tmp_path / "elsewhere") as moved:
        assert moved.snapshots.all()[0].note == "kept"
        moved.snapshots.restore(1)
        assert _texts(moved) == FIRST


def _write(path: Path, content: bytes) -> None:
    assert content != path.read_bytes() if path.exists() else True
    path.write_bytes(content)


def test_the_journal_and_the_snapshot_go_together(folder: CharacterFolder) -> None:
    """Undoing past a restoration: batch after batch, to the first bytes."""
    caption = folder.images / "a.txt"
    folder.snapshots.take()
    folder.database.apply_caption_edits([CaptionBytes(caption, FIRST["a.txt"], b"one")])
    folder.snapshots.restore(1)
    folder.database.apply_caption_edits([CaptionBytes(caption, FIRST["a.txt"], b"two")])
    for expected in (FIRST["a.txt"], b"one", FIRST["a.txt"]):
        assert folder.undo().left == ()
        assert caption.read_bytes() == expected
