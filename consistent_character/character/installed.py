"""Which of the host's embeddings are this character's own, put there by us: training it again is no clash of names."""

from __future__ import annotations

from pathlib import Path

from consistent_character.character.files import read_if_there, write_whole

FILE_NAME = "installed.txt"
"""One name a line, in the character folder."""


def own_names(folder: Path) -> frozenset[str]:
    """The names under which iterations of this character have been given to a host, in lower case."""
    text = (read_if_there(folder / FILE_NAME) or b"").decode("utf-8", errors="replace")
    return frozenset(line.strip().lower() for line in text.splitlines() if line.strip())


def remember(folder: Path, name: str) -> None:
    """Write a name down.

    Raises:
        FolderError: the folder may not be written.
    """
    names = sorted({*own_names(folder), name.lower()})
    write_whole(folder / FILE_NAME, "".join(f"{one}\n" for one in names).encode())
