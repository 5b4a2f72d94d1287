"""The single steps of a batch, forth and back. Each back step may be done again without harm."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

from consistent_character.character import files
from consistent_character.character.writing import BatchWriter
from consistent_character.errors import CaptionError, FolderError

Kind: TypeAlias = Literal["captions", "moves"]
State: TypeAlias = Literal["applying", "applied", "undoing", "undone"]


@dataclass(frozen=True)
class CaptionBytes:
    """A caption file's bytes before and after; None means that there was, or shall be, no file."""

    path: Path
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True)
class Batch:
    """One change of many files, as the history shows it; `count` files, made at `time` (UTC)."""

    id: int
    time: datetime
    kind: Kind
    count: int
    state: State
    title: str


@dataclass(frozen=True)
class UndoReport:
    """What was taken back: `restored` files.

    Those `left` alone, because somebody changed them since, are told with the reason.
    """

    batch: int
    kind: Kind
    restored: int
    left: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class Move:
    """A file's way out of the folder of images.

    `keep_source` copies instead, for a caption that another image shares.
    """

    source: Path
    target: Path
    reason: str
    keep_source: bool = False


def refuse_shared_files(places: Iterable[str]) -> None:
    """See that no two edits write one file.

    Raises:
        CaptionError: two do, directly or through a link.
    """
    for place, times in Counter(map(os.path.normcase, places)).items():
        if times > 1:
            raise CaptionError(
                f"{place} is the caption of {times} images: rename one of them so that each has its own."
            )


def refuse_changed(edit: CaptionBytes, now: bytes | None) -> None:
    """See that a caption still is what the edit was planned for.

    Raises:
        CaptionError: it is not.
    """
    if now != edit.before:
        raise CaptionError(f"{edit.path} was changed since the plan was made: make the plan again.")


def caption_back(
    writer: BatchWriter, place: str, before: bytes | None, after: bytes | None, *, after_crash: bool = False
) -> str:
    """Bring a caption's bytes back; returns "" or why it was left alone.

    `after_crash`, an empty file is one that a power cut has emptied.
    """
    now = writer.read(place)
    if now == before:
        return ""
    if now != after and not (after_crash and now is not None and not now.strip(b"\0")):
        return f"{place} was {'deleted' if now is None else 'changed'} since"
    writer.write(place, before)
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
