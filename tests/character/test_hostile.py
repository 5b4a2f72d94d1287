"""Captions and disks as they should not be: nothing is lost, and one line says what to do."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.journal import CaptionBytes, Journal
from consistent_character.errors import CaptionError, FolderError, RequestError

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions, links and disks")
NOBODY = 65534


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


def _edit(path: Path, before: bytes | None, after: bytes | None) -> CaptionBytes:
    if before is not None:
        path.write_bytes(before)
    return CaptionBytes(path, before, after)


def _refused(journal: Journal, edits: list[CaptionBytes], told: str) -> None:
    """The edits are refused with one line, and all captions are as before."""
    before = {edit.path: edit.path.read_bytes() for edit in edits if edit.path.is_file()}
    with pytest.raises((FolderError, CaptionError), match=told) as refusal:
        journal.apply_caption_edits(edits)
    assert "\n" not in str(refusal.value)
    assert {edit.path: edit.path.read_bytes() for edit in edits if edit.path.is_file()} == before
    with pytest.raises(RequestError):
        journal.undo()
        journal.undo()


@pytest.mark.parametrize(
    "before",
    [
        b"\xef\xbb\xbfwith a byte order mark",
        b"two\r\nlines\r\n",
        b"trailing\n\n\n",
        b"\xff\xfeu\0t\0f\0001\0006\0",
        b"latin-1 caf\xe9",
        b"\0\1\2",
        b"",
        b" ",
        b"x" * 65536,
        b"y" * 3_000_001,
    ],
    ids=["mark", "crlf", "newlines", "utf-16", "latin-1", "binary", "empty", "space", "64 KB", "3 MB"],
)
def test_every_byte_comes_back(journal: Journal, tmp_path: Path, before: bytes) -> None:
    edit = _edit(tmp_path / "a.txt", before, b"after")
    journal.apply_caption_edits([edit])
    assert edit.path.read_bytes() == b"after"
    assert journal.undo().left == ()
    assert edit.path.read_bytes() == before


@posix
@pytest.mark.parametrize(
    "name", ["Zoë été 東京 🙂", "e\u0301 decomposed", "two\nlines", "per%cent;[x]", "x" * 250, b"caf\xe9"]
)
def test_any_file_name(tmp_path: Path, name: str | bytes) -> None:
    with CharacterFolder.create(tmp_path / "abc", Character("abc", "a woman")) as folder:
        stem = os.fsdecode(name)
        try:
            (folder.images / f"{stem}.png").touch()
        except OSError:
            pytest.skip("this file system allows no such name")
        ((pair,)) = folder.pairs()
        folder.database.apply_caption_edits([_edit(pair.caption, b"before", b"after")])
        folder.snapshots.take()
        folder.move_out([(pair, "blank")])
        assert [folder.undo().left for _ in range(2)] == [(), ()]
        assert pair.caption.read_bytes() == b"before"
        assert folder.snapshots.restore(1).batch
        assert pair.caption.read_bytes() == b"after"


@posix
def test_a_link_stays_a_link_and_permissions_stay(journal: Journal, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "real.txt"
    target.parent.mkdir()
    target.write_bytes(b"before")
    link = tmp_path / "a.txt"
    link.symlink_to(Path("elsewhere") / "real.txt")
    for mode in (0o640, 0o666, 0o600):
        target.chmod(mode)
        journal.apply_caption_edits([CaptionBytes(link, b"before", b"after")])
        assert link.is_symlink()
        assert target.read_bytes() == b"after"
        assert target.stat().st_mode & 0o777 == mode
        assert [path.name for path in target.parent.iterdir()] == ["real.txt"]
        assert journal.undo().restored == 1
        assert (link.is_symlink(), target.read_bytes()) == (True, b"before")
        assert target.stat().st_mode & 0o777 == mode


@posix
def test_a_link_to_a_file_that_is_not_there_yet(journal: Journal, tmp_path: Path) -> None:
    link, target = tmp_path / "a.txt", tmp_path / "real.txt"
    link.symlink_to(target)
    journal.apply_caption_edits([CaptionBytes(link, None, b"after")])
    assert (link.is_symlink(), target.read_bytes()) == (True, b"after")
    journal.undo()
    assert (link.is_symlink(), target.exists()) == (True, False)


@posix
def test_a_link_into_a_folder_that_is_gone_and_one_in_a_circle(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "gone" / "real.txt")
    _refused(journal, [CaptionBytes(tmp_path / "a.txt", None, b"after")], "is gone")
    (tmp_path / "b.txt").symlink_to(tmp_path / "b.txt")
    _refused(journal, [CaptionBytes(tmp_path / "b.txt", None, b"after")], "in a circle")


@posix
def test_a_folder_that_is_a_link(tmp_path: Path) -> None:
    folder = CharacterFolder.create(tmp_path / "abc", Character("abc", "a woman"))
    folder.images.rename(tmp_path / "pictures")
    folder.images.symlink_to(tmp_path / "pictures")
    (folder.images / "a.png").touch()
    ((pair,)) = folder.pairs()
    folder.database.apply_caption_edits([_edit(pair.caption, b"before", b"after")])
    assert folder.images.is_symlink()
    assert (tmp_path / "pictures" / "a.txt").read_bytes() == b"after"
    assert folder.undo().restored == 1
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == ["a.png", "a.txt"]
    folder.close()


@posix
def test_two_links_to_one_caption_are_refused(journal: Journal, tmp_path: Path) -> None:
    real = _edit(tmp_path / "real.txt", b"before", b"x")
    (tmp_path / "a.txt").symlink_to(real.path)
    (tmp_path / "folder").symlink_to(tmp_path)
    for other in (tmp_path / "a.txt", tmp_path / "folder" / "real.txt"):
        _refused(journal, [real, CaptionBytes(other, b"before", b"y")], "2 images")


def test_two_images_with_one_caption_are_refused(tmp_path: Path) -> None:
    with CharacterFolder.create(tmp_path / "abc", Character("abc", "a woman")) as folder:
        for name in ("a.png", "a.jpg"):
            (folder.images / name).touch()
        (folder.images / "a.txt").write_bytes(b"before")
        edits = [CaptionBytes(pair.caption, b"before", b"after %d" % at) for at, pair in enumerate(folder.pairs())]
        _refused(folder.database, edits, r"a\.txt is the caption of 2 images: rename")


@posix
def test_a_caption_that_is_a_pipe_keeps_nobody_waiting(journal: Journal, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    _refused(journal, [CaptionBytes(tmp_path / "a.txt", b"before", b"after")], "was changed")


def test_a_caption_that_is_a_folder(journal: Journal, tmp_path: Path) -> None:
    edits = [_edit(tmp_path / "a.txt", b"before", b"after"), CaptionBytes(tmp_path / "b.txt", None, b"after")]
    edits[1].path.mkdir()
    _refused(journal, edits, r"b\.txt is a folder" if os.name != "nt" else r"b\.txt")


def test_a_caption_that_becomes_a_folder_in_the_middle(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits = [_edit(tmp_path / f"{name}.txt", b"before", b"after") for name in "ab"]
    really_replace = os.replace

    def replace_and_disturb(source: str, target: str) -> None:
        really_replace(source, target)
        if target.endswith("a.txt") and (tmp_path / "b.txt").is_file():
            (tmp_path / "b.txt").unlink()
            (tmp_path / "b.txt").mkdir()

    monkeypatch.setattr(os, "replace", replace_and_disturb)
    with pytest.raises(FolderError, match=r"b\.txt is a folder" if os.name != "nt" else r"b\.txt"):
        journal.apply_caption_edits(edits)
    (tmp_path / "b.txt").rmdir()
    journal.recover()
    assert edits[0].path.read_bytes() == b"before"


def test_a_caption_that_changes_in_the_middle_of_the_batch(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits = [_edit(tmp_path / f"{name}.txt", b"before", b"after") for name in "abc"]
    really_replace = os.replace

    def replace_and_disturb(source: str, target: str) -> None:
        really_replace(source, target)
        edits[2].path.write_bytes(b"mine")

    monkeypatch.setattr(os, "replace", replace_and_disturb)
    with pytest.raises(CaptionError, match=r"c\.txt was changed"):
        journal.apply_caption_edits(edits)
    assert [edit.path.read_bytes() for edit in edits] == [b"before", b"before", b"mine"]


def test_undo_leaves_what_another_program_changed_and_the_batch_before_can_be_undone(
    journal: Journal, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{name}.txt" for name in "ab"]
    journal.apply_caption_edits([_edit(path, b"0", b"1") for path in paths])
    journal.apply_caption_edits([CaptionBytes(path, b"1", b"2") for path in paths])
    paths[0].write_bytes(b"mine")
    for before in (b"1", b"0"):
        report = journal.undo()
        assert (report.restored, len(report.left)) == (1, 1)
        assert report.left[0].endswith("a.txt was changed since")
        assert [path.read_bytes() for path in paths] == [b"mine", before]


def test_the_folder_moves_between_apply_and_undo(tmp_path: Path) -> None:
    folder = CharacterFolder.create(tmp_path / "abc", Character("abc", "a woman"))
    caption = folder.images / "a.txt"
    folder.database.apply_caption_edits([_edit(caption, b"before", b"after")])
    folder.close()
    folder.path.rename(tmp_path / "elsewhere")
    with CharacterFolder.open(tmp_path / "elsewhere") as moved:
        assert moved.undo().left == ()
        assert (moved.images / "a.txt").read_bytes() == b"before"


class TestPermissions:
    """As a user whom the system refuses something: the superuser, who runs the tests in many containers, is none."""

    pytestmark = posix

    @pytest.fixture
    def place(self) -> Iterator[Path]:
        """A folder that the user `nobody` may reach and write to."""
        with tempfile.TemporaryDirectory(prefix="captions-") as folder:
            Path(folder).chmod(0o777)
            yield Path(folder)

    @contextmanager
    def somebody(self) -> Iterator[None]:
        if os.getuid() != 0:
            yield
            return
        os.setresuid(NOBODY, NOBODY, 0)
        try:
            yield
        finally:
            os.setresuid(0, 0, 0)

    def test_a_read_only_caption(self, place: Path) -> None:
        with self.somebody():
            edits = [_edit(place / f"{name}.txt", b"before", b"after") for name in "abc"]
            edits[1].path.chmod(0o444)
            _refused(Journal(place), edits, r"b\.txt may not be written: change its permissions")

    def test_a_caption_that_may_not_be_read(self, place: Path) -> None:
        with self.somebody():
            edits = [_edit(place / f"{name}.txt", b"before", b"after") for name in "abc"]
            edits[1].path.chmod(0)
            with pytest.raises(FolderError, match=r"b\.txt may not be read: change its permissions"):
                Journal(place).apply_caption_edits(edits)

    def test_a_read_only_folder(self, place: Path) -> None:
        with self.somebody():
            (place / "images").mkdir()
            edits = [_edit(place / "images" / f"{name}.txt", b"before", b"after") for name in "abc"]
            (place / "images").chmod(0o555)
            try:
                _refused(Journal(place), edits, r"The folder .*images may not be written: change its permissions")
            finally:
                (place / "images").chmod(0o755)

    def test_undo_in_a_folder_that_became_read_only_goes_on_later(self, place: Path) -> None:
        with self.somebody():
            (place / "images").mkdir()
            edit = _edit(place / "images" / "a.txt", b"before", b"after")
            journal = Journal(place)
            journal.apply_caption_edits([edit])
            (place / "images").chmod(0o555)
            with pytest.raises(FolderError, match="may not be written"):
                journal.undo()
            (place / "images").chmod(0o755)
            assert journal.undo().restored == 1
            assert edit.path.read_bytes() == b"before"


class TestFullDisk:
    """Once with a system call that fails, and on Linux with a disk that is full indeed."""

    def test_in_the_middle_of_a_file(self, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        edits = [_edit(tmp_path / f"{number}.txt", b"before", b"after %d" % number) for number in range(5)]
        really_write = os.write

        def write_until_full(file: int, content: memoryview) -> int:
            if bytes(content).endswith(b"after 3"):
                return really_write(file, content[:2])
            if bytes(content) == b"ter 3":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return really_write(file, content)

        monkeypatch.setattr(os, "write", write_until_full)
        _refused(journal, edits, "free some space")
        assert {path.suffix for path in tmp_path.iterdir()} <= {".txt", ".db", ".lock", ".db-wal", ".db-shm"}

    @pytest.fixture
    def small_disk(self, tmp_path: Path) -> Iterator[Path]:
        """A disk of 4 MB and 60 files."""
        disk = tmp_path / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=4m,nr_inodes=60", "none", str(disk)]
        if not sys.platform.startswith("linux") or subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("only the superuser of a Linux can make a disk")
        try:
            yield disk
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=True)

    def test_no_room_for_another_caption(self, small_disk: Path) -> None:
        journal = Journal(small_disk)
        old = [_edit(small_disk / f"{number}.txt", b"before", b"after") for number in range(20)]
        new = [CaptionBytes(small_disk / f"{number}-new.txt", None, b"after") for number in range(60)]
        _refused(journal, [*old, *new], "No space left on device.*free some space")
        assert {edit.path.read_bytes() for edit in old} == {b"before"}
        assert not any(edit.path.exists() for edit in new)
        journal.close()

    def test_no_room_for_the_journal(self, small_disk: Path) -> None:
        journal = Journal(small_disk)
        edits = [_edit(small_disk / f"{number}.txt", b"b" * 50_000, b"a" * 50_000) for number in range(35)]
        _refused(journal, edits, "free some space")
        journal.close()

    def test_full_while_undoing(self, small_disk: Path) -> None:
        journal = Journal(small_disk)
        edits = [_edit(small_disk / f"{number}.txt", b"before" * 8000, b"after") for number in range(20)]
        journal.apply_caption_edits([_edit(small_disk / "earlier.txt", b"1", b"2")])
        last = journal.apply_caption_edits(edits)
        self._fill(small_disk)
        with pytest.raises(FolderError, match="free some space"):
            journal.undo()
        assert {edit.path.read_bytes() for edit in edits} <= {b"before" * 8000, b"after"}
        (small_disk / "filler").unlink()
        report = journal.undo()
        assert (report.batch, report.restored, report.left) == (last, 20, ())
        assert {edit.path.read_bytes() for edit in edits} == {b"before" * 8000}
        assert (small_disk / "earlier.txt").read_bytes() == b"2"
        journal.close()

    def _fill(self, disk: Path) -> None:
        with pytest.raises(OSError, match="No space"), (disk / "filler").open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
