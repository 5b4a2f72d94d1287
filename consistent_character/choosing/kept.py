"""What is found out about a run, as JSON documents in its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from consistent_character.character.files import write_whole
from consistent_character.errors import FolderError


def write_document(path: Path, document: Mapping[str, Any]) -> None:
    """Write a document, whole or not at all.

    Raises:
        FolderError: the disk is full or may not be written.
    """
    write_whole(path, f"{json.dumps(document, ensure_ascii=False, indent=1)}\n".encode())


def read_document(path: Path, again: str) -> Any:
    """A document as it was written, or None where there is no such file; `again` is how to get a new one.

    Raises:
        FolderError: the file cannot be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise FolderError(f"{path} cannot be read ({error}): {again}.") from error


def within(path: Path, base: Path) -> str:
    """A path as documents tell it: from the folder `base` on, with plain slashes; whole where it lies elsewhere."""
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else str(path)


def rounded(value: Any) -> Any:
    """The same document with its figures rounded to four digits, and lists for tuples."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    return [rounded(entry) for entry in value] if isinstance(value, (list, tuple)) else value
