"""Writing files so that each is always whole: as before or as after, whatever happens in between."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from consistent_character.errors import FolderError

TEMPORARY_ENDING = ".cc-tmp"
"""Ending of files that are still being written; a leftover is from a job that was killed."""

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
"""Without waiting: a pipe that is named .txt would never answer."""
_SMALL = 1 << 16


def read_if_there(path: Path | str) -> bytes | None:
    """The file's bytes, or None if there is none; by plain system calls, which is twice as fast for small files."""
    try:
        file = os.open(path, _READ)
    except FileNotFoundError:
        return None
    try:
        start = os.read(file, _SMALL)
        return start if len(start) < _SMALL else start + b"".join(iter(lambda: os.read(file, 1 << 20), b""))
    finally:
        os.close(file)


def write_whole(path: Path, content: bytes) -> None:
    """Replace the file (or the file that a link points to) in one go; its permissions stay.

    Raises:
        FolderError: the disk is full, or the file or its folder may not be written.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{os.getpid()}-{threading.get_ident()}{TEMPORARY_ENDING}")
    with explained(path):
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(target)
        try:
            _write_synced(temporary, content)
            if target.exists():
                shutil.copymode(target, temporary)
            temporary.replace(target)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()


def move_to_free_place(source: Path, target: Path) -> None:
    """Rename, but never onto something.

    Raises:
        FolderError: there is something at `target`, or the system does not allow it.
    """
    if os.path.lexists(target):
        raise FolderError(f"{target} is in the way: move it somewhere else and try again.")
    with explained(source):
        source.rename(target)


def remove_leftovers(folder: Path) -> None:
    """Delete half-written files of a job that was killed."""
    for leftover in folder.glob(f".*{TEMPORARY_ENDING}"):
        leftover.unlink(missing_ok=True)


@contextmanager
def explained(path: Path | str) -> Iterator[None]:
    """Say what to do when the system refuses to read or write at `path`."""
    try:
        yield
    except OSError as error:
        raise explanation(path, error) from error


def explanation(path: Path | str, error: OSError, done: str = "written") -> FolderError:
    """What to do about a refusal of the system, in one line; `done` is what the file was to be."""
    if isinstance(error, PermissionError):
        return FolderError(f"{path} may not be {done}: change its permissions and try again.")
    if isinstance(error, FileNotFoundError):
        return FolderError(f"{error.filename} is gone: put it back, or look at the folder anew and try again.")
    if isinstance(error, IsADirectoryError):
        return FolderError(f"{path} is a folder where a file should be: rename that folder and try again.")
    if error.errno == errno.ELOOP:
        return FolderError(f"{path} is a link that leads in a circle: remove the link and try again.")
    return FolderError(
        f"{path} cannot be {done} ({error.strerror}): free some space or check the disk, then try again."
    )


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
