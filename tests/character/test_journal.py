"""The journal: captions are written all or not at all, and can be taken back."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consistent_character.character import batches, files, writing
from consistent_character.character.journal import CaptionBytes, Journal, Move, StoredVerdict
from consistent_character.character.writing import BatchWriter
from consistent_character.errors import CaptionError, FolderError, Interrupted, RequestError
from consistent_character.progress import Silent

EARLIER = """
CREATE TABLE batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, state TEXT NOT NULL,
    made TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE TABLE caption_edits (
    batch INTEGER NOT NULL REFERENCES batches, position INTEGER NOT NULL,
    path BLOB NOT NULL, before BLOB, after BLOB NOT NULL, PRIMARY KEY (batch, position)
) WITHOUT ROWID;
INSERT INTO batches (kind, state) VALUES ('captions', 'applied');
INSERT INTO caption_edits VALUES (1, 0, CAST('a.txt' AS BLOB), CAST('before' AS BLOB), CAST('after' AS BLOB));
"""
"""The journal of version 0.1.0, with one batch."""


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


def _edit(path: Path, before: bytes | None, after: bytes) -> CaptionBytes:
    if before is not None:
        path.write_bytes(before)
    return CaptionBytes(path, before, after)


def test_edits_are_applied_and_taken_back(journal: Journal, tmp_path: Path) -> None:
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    journal.apply_caption_edits([_edit(old, b"\xff\xfebytes\r\n", b"after"), _edit(new, None, b"made")])
    assert (old.read_bytes(), new.read_bytes()) == (b"after", b"made")
    report = journal.undo()
    assert (report.kind, report.restored, report.left) == ("captions", 2, ())
    assert old.read_bytes() == b"\xff\xfebytes\r\n"
    assert not new.exists()


def test_undo_works_after_a_restart(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    journal.apply_caption_edits([_edit(path, b"before", b"after")])
    journal.close()
    assert Journal(tmp_path).undo().restored == 1
    assert path.read_bytes() == b"before"


def test_a_caption_that_somebody_changed_is_not_overwritten(journal: Journal, tmp_path: Path) -> None:
    edits = [_edit(tmp_path / f"{name}.txt", b"before", b"after") for name in "abc"]
    edits[2].path.write_bytes(b"mine")
    with pytest.raises(CaptionError, match=r"c\.txt was changed"):
        journal.apply_caption_edits(edits)
    assert [edit.path.read_bytes() for edit in edits] == [b"before", b"before", b"mine"]
    with pytest.raises(RequestError):
        journal.undo()


def test_a_caption_that_has_come_or_gone_is_not_overwritten(journal: Journal, tmp_path: Path) -> None:
    come, gone = _edit(tmp_path / "come.txt", None, b"after"), _edit(tmp_path / "gone.txt", b"x", b"after")
    come.path.write_bytes(b"mine")
    gone.path.unlink()
    for edit in (come, gone):
        with pytest.raises(CaptionError):
            journal.apply_caption_edits([edit])


def test_undo_leaves_what_somebody_changed_since(journal: Journal, tmp_path: Path) -> None:
    edits = [_edit(tmp_path / f"{name}.txt", b"before", b"after") for name in "abc"]
    journal.apply_caption_edits(edits)
    edits[0].path.write_bytes(b"mine")
    edits[1].path.unlink()
    report = journal.undo()
    assert report.restored == 1
    assert [line.rsplit(" ", 2)[-2:] for line in report.left] == [["changed", "since"], ["deleted", "since"]]
    assert edits[0].path.read_bytes() == b"mine"
    assert edits[2].path.read_bytes() == b"before"


def test_two_edits_for_one_file_are_refused(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    edit = _edit(path, b"x", b"y")
    link = tmp_path / "link.txt"
    link.symlink_to(path)
    for other in (edit, CaptionBytes(link, b"x", b"z")):
        with pytest.raises(CaptionError, match="2 images"):
            journal.apply_caption_edits([edit, other])
    assert path.read_bytes() == b"x"


def test_a_stopped_batch_is_wholly_taken_back(journal: Journal, tmp_path: Path) -> None:
    edits = [_edit(tmp_path / f"{number}.txt", None if number % 2 else b"before", b"after") for number in range(120)]

    class Stopping(Silent):
        def advance(self, units: int = 1, note: str = "") -> None:
            self.interrupt()
            assert edits[0].path.read_bytes() == b"after"
            super().advance(units, note)

    with pytest.raises(Interrupted, match="Nothing is changed"):
        journal.apply_caption_edits(edits, Stopping())
    assert [files.read_if_there(edit.path) for edit in edits] == [edit.before for edit in edits]
    with pytest.raises(RequestError):
        journal.undo()


def test_progress_is_told_of_every_caption(journal: Journal, tmp_path: Path) -> None:
    told: list[int] = []

    class Counting(Silent):
        def begin(self, job: str, total: int, done: int = 0) -> None:
            told.append(total)

        def advance(self, units: int = 1, note: str = "") -> None:
            told.append(units)

    journal.apply_caption_edits([_edit(tmp_path / f"{number}.txt", b"x", b"y") for number in range(120)], Counting())
    assert told[0] == sum(told[1:]) == 120


def test_the_history_tells_of_every_batch(journal: Journal, tmp_path: Path) -> None:
    assert journal.history() == ()
    journal.apply_caption_edits([_edit(tmp_path / "a.txt", b"1", b"2")], title="First")
    journal.apply_caption_edits([_edit(tmp_path / f"{name}.txt", b"1", b"2") for name in "bcd"])
    (tmp_path / "a.png").touch()
    journal.apply_moves([Move(tmp_path / "a.png", tmp_path / "b.png", "blank")])
    journal.undo()
    moved, many, first = journal.history()
    assert (moved.kind, moved.count, moved.state, moved.title) == ("moves", 1, "undone", "Files moved")
    assert (many.kind, many.count, many.state, many.title) == ("captions", 3, "applied", "Captions changed")
    assert (first.count, first.title) == (1, "First")
    assert [batch.id for batch in journal.history()] == [3, 2, 1]
    assert abs(datetime.now(timezone.utc) - first.time) < timedelta(hours=1)
    assert journal.undo().title == "Captions changed"


def test_several_batches_are_taken_back_in_order(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"0")
    for number in range(3):
        journal.apply_caption_edits([CaptionBytes(path, b"%d" % number, b"%d" % (number + 1))])
    for number in (2, 1, 0):
        assert journal.undo().restored == 1
        assert path.read_bytes() == b"%d" % number


def test_a_database_of_an_earlier_version_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"after")
    old = sqlite3.connect(tmp_path / "character.db")
    old.executescript(EARLIER)
    old.close()
    journal = Journal(tmp_path)
    assert [(batch.title, batch.count) for batch in journal.history()] == [("Captions changed", 1)]
    assert journal.apply_caption_edits([CaptionBytes(path, b"after", None)], title="New") == 2
    assert not path.exists()
    assert [journal.undo().left for _ in range(2)] == [(), ()]
    assert path.read_bytes() == b"before"


def test_what_an_earlier_version_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"after")
    (tmp_path / ".123-456.cc-tmp").write_bytes(b"bef")
    old = sqlite3.connect(tmp_path / "character.db")
    old.executescript(EARLIER.replace("'applied'", "'undoing'"))
    old.close()
    assert Journal(tmp_path).recover()[0].restored == 1
    assert (tmp_path / "a.txt").read_bytes() == b"before"
    assert not list(tmp_path.glob("*.cc-tmp")) + list(tmp_path.glob(".*.cc-tmp"))


def test_a_caption_can_be_removed_and_comes_back(journal: Journal, tmp_path: Path) -> None:
    edit = _edit(tmp_path / "a.txt", b"before", b"")
    journal.apply_caption_edits([CaptionBytes(edit.path, b"before", None)])
    assert not edit.path.exists()
    assert journal.undo().restored == 1
    assert edit.path.read_bytes() == b"before"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows brings each file to the disk by itself")
@pytest.mark.parametrize("count", [1, 100])
def test_the_disk_has_everything_before_the_batch_counts_as_applied(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    edits = [_edit(folder / f"{number}.txt", b"before", b"after") for number in range(count)]
    (tmp_path / "link.txt").symlink_to(edits[0].path)
    edits[0] = CaptionBytes(tmp_path / "link.txt", b"before", b"after")
    seen: list[tuple[str, str]] = []
    really_bring = writing._bring_to_disk

    def watch(place: str, *, everything: bool) -> None:
        seen.append((place, journal.history()[0].state))
        if len(seen) == 1:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        really_bring(place, everything=everything)

    monkeypatch.setattr(writing, "_bring_to_disk", watch)
    with pytest.raises(FolderError, match="check the disk"):
        journal.apply_caption_edits(edits)
    assert {edit.path.read_bytes() for edit in edits} == {b"before"}
    journal.apply_caption_edits(edits)
    journal.undo()
    place = os.path.realpath(folder)
    assert seen == [(place, "applying")] * 3 + [(place, "undoing")]


def test_what_a_power_cut_has_emptied_comes_back(journal: Journal, tmp_path: Path) -> None:
    """The system had the rename on the disk before the content; the batch was not marked as applied yet."""
    edits = [_edit(tmp_path / f"{name}.txt", b"before", b"after") for name in "abcd"]
    journal.apply_caption_edits(edits)
    journal.close()
    with sqlite3.connect(tmp_path / "character.db") as database:
        database.execute("UPDATE batches SET state = 'applying'")
    database.close()
    edits[0].path.write_bytes(b"")
    edits[1].path.write_bytes(b"\0" * 5)
    edits[2].path.write_bytes(b"mine")
    (report,) = Journal(tmp_path).recover()
    assert [edit.path.read_bytes() for edit in edits] == [b"before", b"before", b"mine", b"before"]
    assert [line.rpartition("/")[2] for line in report.left] == ["c.txt was changed since"]


def test_undo_after_a_crash_is_the_undo_of_what_crashed(journal: Journal, tmp_path: Path) -> None:
    """Whoever asks once more for what was interrupted does not lose the batch before it."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"0")
    journal.apply_caption_edits([CaptionBytes(path, b"0", b"1")])
    last = journal.apply_caption_edits([CaptionBytes(path, b"1", b"2")])
    journal.close()
    with sqlite3.connect(tmp_path / "character.db") as database:
        database.execute("UPDATE batches SET state = 'undoing' WHERE id = ?", (last,))
    database.close()
    opened = Journal(tmp_path)
    opened.recover()
    assert opened.undo().batch == last
    assert path.read_bytes() == b"1"
    assert opened.undo().batch == last - 1
    assert path.read_bytes() == b"0"


def test_a_failed_write_is_explained(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(FolderError, match=r"folder\.txt"):
        files.write_whole(tmp_path / "folder.txt", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.txt"]


def test_two_programs_do_not_change_one_folder_at_once(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consistent_character.character.store.LOCK_SECONDS", 0.0)
    other = sqlite3.connect(tmp_path / "character.lock", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(FolderError, match="in use"):
        journal.apply_caption_edits([_edit(tmp_path / "a.txt", b"x", b"y")])
    other.close()
    journal.apply_caption_edits([CaptionBytes(tmp_path / "a.txt", b"x", b"y")])


def test_a_caption_back_twice_is_no_harm(tmp_path: Path) -> None:
    path, writer = tmp_path / "a.txt", BatchWriter(1)
    path.write_bytes(b"after")
    assert [batches.caption_back(writer, str(path), b"before", b"after") for _ in range(2)] == ["", ""]
    assert path.read_bytes() == b"before"


@settings(max_examples=20, deadline=None)
@given(contents=st.lists(st.tuples(st.none() | st.binary(), st.binary()), min_size=1, max_size=5))
def test_any_bytes_come_back(
    tmp_path_factory: pytest.TempPathFactory, contents: list[tuple[bytes | None, bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    journal = Journal(folder)
    edits = [_edit(folder / f"{at}.txt", before, after) for at, (before, after) in enumerate(contents)]
    journal.apply_caption_edits(edits)
    assert [files.read_if_there(edit.path) for edit in edits] == [after for _, after in contents]
    assert journal.undo().left == ()
    assert [files.read_if_there(edit.path) for edit in edits] == [before for before, _ in contents]
    journal.close()


def test_verdicts_are_kept_and_the_newest_counts(journal: Journal, tmp_path: Path) -> None:
    journal.put_verdict("a.png", "blank", 0.9, "good", "it has contrast")
    journal.put_verdict("a.png", "blank", 0.1, "bad", "it is one colour")
    journal.put_verdict("a.png", "alike", 0.5, "unsure", "")
    journal.close()
    assert Journal(tmp_path).verdicts() == (
        StoredVerdict("a.png", "alike", 0.5, "unsure", ""),
        StoredVerdict("a.png", "blank", 0.1, "bad", "it is one colour"),
    )


def test_analyses_are_cached(journal: Journal) -> None:
    assert journal.cached("hash") is None
    journal.store("hash", {"sharpness": 0.5, "hashes": [1, 2**63]})
    assert journal.cached("hash") == {"sharpness": 0.5, "hashes": [1, 2**63]}
