"""Writing many small files in one go, each whole at any instant.

A file is written beside its place under a temporary name and renamed into it. What a *killed program* leaves is
therefore the old file or the new one, nothing else; the one temporary file is found by its name and removed.

A *power cut* takes what the disk has not got yet. To wait for the disk after each file would take many times as long as
writing, so only a few files are done so; for many there is one wait for all, `settle`, before the journal says that
the batch is applied. (Where the system knows no such wait, as Windows, it is each file again.) On file systems that
order a rename before the data of what is renamed, a power cut before `settle` can leave an empty file; the journal
knows what was in it, and puts that back.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from consistent_character.character import files
from consistent_character.errors import FolderError
from consistent_character.progress import Progress

FEW = 32
"""Up to this many files are brought to the disk one by one; for more the whole disk is asked once."""

_UNITS = 50
"""So many files are told to the progress at once: telling of each would take as long as writing it."""

_Item = TypeVar("_Item")

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
_FLAGS |= getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class BatchWriter:
    """The one writer of a batch of `count` files.

    Its temporary files are called `temporary`, one in each folder; without a name they get a new one.
    """

    def __init__(self, count: int, temporary: str = "") -> None:
        self.temporary = temporary or f".{secrets.token_hex(8)}{files.TEMPORARY_ENDING}"
        self._one_by_one = count <= FEW or sys.platform == "win32"
        self._folders: dict[str, str] = {}
        self._written: set[str] = set()
        self._granted: dict[int, int] = {}

    def place(self, path: str) -> str:
        """Where a path leads in the end, through all links.

        Raises:
            FolderError: the system refuses to look.
        """
        folder, _, name = path.rpartition(os.sep)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder or os.curdir)
        place = f"{self._folders[folder]}{os.sep}{name}"
        try:
            return os.path.realpath(place) if stat.S_ISLNK(os.lstat(place).st_mode) else place
        except FileNotFoundError:
            return place
        except OSError as error:
            raise files.explanation(path, error) from error

    def read(self, place: str) -> bytes | None:
        """What is in the file now, None if there is none.

        Raises:
            FolderError: the system refuses.
        """
        try:
            return files.read_if_there(place)
        except OSError as error:
            raise files.explanation(place, error, "read") from error

    def write(self, place: str, content: bytes | None) -> None:
        """Give a file new content, None removes it; permissions stay.

        Raises:
            FolderError: the disk is full, or the file or its folder may not be written. The file is as before.
        """
        try:
            self._written.add(place.rpartition(os.sep)[0])
            mode = _mode(place)
            if mode is not None and not os.access(place, os.W_OK):
                raise PermissionError(place)
            if content is None:
                os.unlink(place)  # noqa: PTH108
            else:
                self._replace(place, content, mode)
        except OSError as error:
            raise files.explanation(place, error) from error

    def settle(self) -> None:
        """Wait until everything that was written is on the disk.

        Raises:
            FolderError: the disk does not take it.
        """
        if sys.platform == "win32":
            return
        asked: set[int] = set()
        for folder in self._written:
            with files.explained(folder), suppress(FileNotFoundError):  # nothing is in it that could get lost
                device = os.stat(folder).st_dev  # noqa: PTH116
                if self._one_by_one or device not in asked:
                    _bring_to_disk(folder, everything=not self._one_by_one)
                asked.add(device)

    def remove_leftovers(self, places: Iterable[str]) -> None:
        """Delete the half-written files of this batch beside those places, where it was killed."""
        for folder in {place.rpartition(os.sep)[0] for place in places}:
            with suppress(FileNotFoundError, NotADirectoryError):
                os.unlink(f"{folder}{os.sep}{self.temporary}")  # noqa: PTH108

    def _replace(self, place: str, content: bytes, mode: int | None) -> None:
        folder = place.rpartition(os.sep)[0]
        temporary = f"{folder}{os.sep}{self.temporary}"
        try:
            file = os.open(temporary, _FLAGS, 0o666 if mode is None else mode)
        except PermissionError as error:
            raise FolderError(f"The folder {folder} may not be written: change its permissions, try again.") from error
        try:
            self._fill(file, content)
            if mode is not None:
                self._grant(temporary, mode)
            os.replace(temporary, place)  # noqa: PTH105
        except BaseException:
            with suppress(OSError):  # what stopped the writing is told; a leftover is found by its name
                os.unlink(temporary)  # noqa: PTH108
            raise

    def _grant(self, temporary: str, mode: int) -> None:
        """See to the permissions; what the system makes of those that a new file was asked for is looked up once."""
        if mode not in self._granted:
            self._granted[mode] = _mode(temporary) or 0
        if self._granted[mode] != mode:
            os.chmod(temporary, mode)  # noqa: PTH101

    def _fill(self, file: int, content: bytes) -> None:
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(file, rest) :]
            if self._one_by_one:
                os.fsync(file)
        finally:
            os.close(file)


def _bring_to_disk(folder: str, *, everything: bool) -> None:
    """Wait for what is listed in a folder; or for `everything` on its disk, and on no other that may be slower."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        if not everything:
            os.fsync(handle)
        elif sys.platform != "linux":
            os.sync()
        elif ctypes.CDLL(None, use_errno=True).syncfs(handle):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    finally:
        os.close(handle)


def _mode(place: str) -> int | None:
    try:
        return stat.S_IMODE(os.stat(place).st_mode)  # noqa: PTH116  # a Path each would take longer than the call
    except FileNotFoundError:
        return None


def advancing(items: Sequence[_Item], progress: Progress | None, job: str) -> Iterator[_Item]:
    """The items one by one, while `progress` is told how many have been gone through.

    Raises:
        Interrupted: the user asked to stop.
    """
    if progress is None:
        yield from items
        return
    progress.begin(job, len(items))
    for start in range(0, len(items), _UNITS):
        some = items[start : start + _UNITS]
        yield from some
        progress.advance(len(some))


def every_leftover(places: Iterable[str]) -> None:
    """Delete all half-written files beside those places: of batches that earlier versions gave no name to."""
    for folder in {Path(place).parent for place in places}:
        files.remove_leftovers(folder)
