"""What must make room for something of the same name is kept, whole, under a name of its own."""

from __future__ import annotations

import os
from pathlib import Path

from consistent_character.character.files import explained, write_whole


def free_place(folder: Path, name: str) -> Path:
    """A path in the folder that nothing is at: `<stem>-1<ending>`, `<stem>-2<ending>` and so on."""
    stem, ending = Path(name).stem, Path(name).suffix
    number = 1
    while os.path.lexists(path := folder / f"{stem}-{number}{ending}"):
        number += 1
    return path


def kept_aside(path: Path, folder: Path) -> Path:
    """Copy a file into the folder under a free name, whole; returns the copy's path. The file itself stays.

    Raises:
        FolderError: it cannot be read, or the folder not be written.
    """
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    target = free_place(folder, path.name)
    with explained(path):
        content = path.read_bytes()
    write_whole(target, content)
    return target


def moved_aside(path: Path, folder: Path) -> Path:
    """Move a file or a folder into the folder under a free name; returns where it is now.

    Raises:
        FolderError: it cannot be moved.
    """
    with explained(path):
        folder.mkdir(parents=True, exist_ok=True)
        return path.rename(free_place(folder, path.name))
