"""The single steps of a batch, forth and back. Each back step may be done again without harm."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from consistent_character.character import files
from consistent_character.errors import CaptionError, FolderError

Kind: TypeAlias = Literal["captions", "moves"]


@dataclass(frozen=True)
class CaptionBytes:
    """A caption file's bytes before and after; `before` None means that there was no file."""

    path: Path
    before: bytes | None
    after: bytes


@dataclass(frozen=True)
class Move:
    """A file's way out of the folder of images.

    `keep_source` copies instead, for a caption that another image shares.
    """

    source: Path
    target: Path
    reason: str
    keep_source: bool = False


def refuse_shared_files(edits: Sequence[CaptionBytes]) -> None:
    """See that no two edits write one file.

    Raises:
        CaptionError: two do, directly or through a link.
    """
    written = Counter(os.path.realpath(edit.path) for edit in edits)
    for path, times in written.items():
        if times > 1:
            raise CaptionError(f"{path} is the caption of {times} images: rename one of them so that each has its own.")


def refuse_changed(edit: CaptionBytes) -> None:
    """See that a caption still is what the edit was planned for.

    Raises:
        CaptionError: it is not.
    """
    with files.explained(edit.path):
        now = files.read_if_there(edit.path)
    if now != edit.before:
        raise CaptionError(f"{edit.path} was changed since the plan was made: make the plan again.")


def caption_back(edit: CaptionBytes) -> str:
    """Bring a caption's bytes back; returns "" or why it was left alone."""
    with files.explained(edit.path):
        now = files.read_if_there(edit.path)
        if now == edit.before:
            return ""
        if now != edit.after:
            return f"{edit.path} was {'deleted' if now is None else 'changed'} since"
        if edit.before is None:
            edit.path.unlink()
            return ""
    files.write_whole(edit.path, edit.before)
    return ""


def do_move(move: Move) -> None:
    """Move (or copy) a file to a place that is free.

    Raises:
        FolderError: the place is taken, or the system refuses.
    """
    with files.explained(move.target):
        move.target.parent.mkdir(parents=True, exist_ok=True)
    if move.keep_source:
        with files.explained(move.target):
            files.write_whole(move.target, move.source.read_bytes())
            shutil.copystat(move.source, move.target)
    else:
        files.move_to_free_place(move.source, move.target)


def move_back(move: Move) -> str:
    """Bring a file back to where it was; returns "" or why it was left alone."""
    if not os.path.lexists(move.target):
        return "" if os.path.lexists(move.source) else f"{move.target} is gone"
    if move.keep_source:
        return _drop_copy(move)
    if os.path.lexists(move.source):
        return f"{move.target} stays there: there is another {move.source.name} in its place"
    try:
        files.move_to_free_place(move.target, move.source)
    except FolderError as error:
        return str(error)
    return ""


def _drop_copy(move: Move) -> str:
    if not move.source.exists() or move.source.read_bytes() != move.target.read_bytes():
        return f"{move.target} stays there: it is not the same as {move.source.name} any more"
    move.target.unlink()
    return ""
