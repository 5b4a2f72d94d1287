"""The journal: captions are written all or not at all, and can be taken back."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consistent_character.character import batches, files
from consistent_character.character.journal import CaptionBytes, Journal, StoredVerdict
from consistent_character.errors import CaptionError, FolderError, RequestError


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


def test_a_full_disk_takes_everything_back(journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edits = [_edit(tmp_path / f"{number}.txt", b"before", b"after %d" % number) for number in range(5)]
    really_write = files.write_whole

    def write_until_full(path: Path, content: bytes) -> None:
        if content == b"after 3":
            raise FolderError("no space left")
        really_write(path, content)

    monkeypatch.setattr(files, "write_whole", write_until_full)
    with pytest.raises(FolderError, match="no space"):
        journal.apply_caption_edits(edits)
    assert {edit.path.read_bytes() for edit in edits} == {b"before"}
    with pytest.raises(RequestError):
        journal.undo()


def test_a_link_stays_a_link_and_permissions_stay(journal: Journal, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "real.txt"
    target.parent.mkdir()
    target.write_bytes(b"before")
    target.chmod(0o640)
    link = tmp_path / "a.txt"
    link.symlink_to(target)
    journal.apply_caption_edits([CaptionBytes(link, b"before", b"after")])
    assert link.is_symlink()
    assert target.read_bytes() == b"after"
    assert target.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in target.parent.iterdir()] == ["real.txt"]


def test_a_read_only_caption_is_respected(journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit = _edit(tmp_path / "a.txt", b"before", b"after")
    edit.path.chmod(0o444)
    # The superuser, who runs the tests in many containers, may write everything.
    monkeypatch.setattr(os, "access", lambda path, mode: bool(Path(path).stat().st_mode & 0o200))
    with pytest.raises(FolderError, match="may not be written"):
        journal.apply_caption_edits([edit])
    assert edit.path.read_bytes() == b"before"


def test_names_need_not_be_utf8(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    journal.apply_caption_edits([_edit(path, b"before", b"after")])
    assert journal.undo().restored == 1


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
    edit = _edit(tmp_path / "a.txt", b"before", b"after")
    edit.path.write_bytes(b"after")
    assert [batches.caption_back(edit), batches.caption_back(edit)] == ["", ""]
    assert edit.path.read_bytes() == b"before"


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
