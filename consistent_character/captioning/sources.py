"""Where a caption's text comes from: the .txt beside the picture, else the generation parameters inside of it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from consistent_character.captioning import encodings
from consistent_character.character.folder import Pair
from consistent_character.errors import CaptionError
from consistent_character.prompts.picture_texts import text_inside

Origin: TypeAlias = Literal["", "txt", "png", "exif"]

_BLOCK = 4 * 1024
_LONGEST = 2**20
"""Bytes of a caption; what is longer is something else that is named .txt."""

_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
"""Without waiting: a pipe that is named .txt would never answer."""


@dataclass(frozen=True)
class Source:
    """A caption as found: its file's bytes (None: no file), its text, or the `problem` why there is none.

    `undecodable` tells bytes that are no UTF-8 text from a text that is missing; `suggested` is the encoding that they
    may be in, if any is likely. `origin` is where the text was found: in the .txt, or in the picture's PNG chunk or
    EXIF.
    """

    stored: bytes | None
    text: str = ""
    problem: str = ""
    undecodable: bool = False
    origin: Origin = ""
    suggested: str | None = None


def read(pair: Pair) -> Source:
    """The caption file, or what the picture itself tells where there is no such file."""
    try:
        stored = _content(pair.caption_path)
    except OSError as error:
        return Source(None, problem=_refused(pair.caption, error))
    if stored is None:
        found = read_picture(pair)
        return replace(found, problem=f"there is no caption, and {found.problem}") if found.problem else found
    if b"\0" not in stored:
        try:
            return Source(stored, stored.decode("utf-8"), origin="txt")
        except UnicodeDecodeError:
            return _undecodable(stored)
    return _undecodable(stored)


def read_picture(pair: Pair) -> Source:
    """What the picture itself tells, whether it has a caption file or not."""
    try:
        with pair.image.open("rb") as file:
            found = text_inside(file)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        return Source(None, problem=f"the picture cannot be read ({reason})")
    if not found.text.strip():
        return Source(None, problem="no prompt inside the picture")
    return Source(None, found.text, origin=found.place or "exif")


def decode_as(stored: bytes, encoding: str) -> str:
    """The text of a caption file that is not UTF-8, for a conversion that somebody wants.

    Raises:
        CaptionError: there is no such encoding, or the bytes are none of its text.
    """
    try:
        text = stored.decode(encoding)
    except LookupError as error:
        raise CaptionError(f"There is no encoding “{encoding}”: try cp1252, utf-16 or latin-1.") from error
    except UnicodeError as error:
        raise CaptionError(f"These bytes are no {encoding} text: try another encoding.") from error
    if "\0" in text:
        raise CaptionError(f"As {encoding} text it would hold NUL characters: try another encoding.")
    return text


def _undecodable(stored: bytes) -> Source:
    guess = encodings.guess(stored)
    return Source(stored, problem=guess.problem, undecodable=True, suggested=guess.encoding)


def _content(path: str) -> bytes | None:
    """The file's bytes, or None if there is none; one open, no look at the file's properties."""
    try:
        file = os.open(path, _FLAGS)
    except FileNotFoundError:
        return None
    try:
        content = more = os.read(file, _BLOCK)
        while len(more) >= _BLOCK and len(content) <= _LONGEST:  # a file gives less only at its end
            more = os.read(file, _BLOCK)
            content += more
    finally:
        os.close(file)
    if len(content) > _LONGEST:
        raise OSError(0, "it is longer than any caption")
    return content


def _refused(path: Path, error: OSError) -> str:
    if isinstance(error, PermissionError) and not path.is_dir():
        return f"{path.name} may not be read: change its permissions"
    if isinstance(error, (IsADirectoryError, PermissionError)):
        return f"{path.name} is a folder: rename it"
    return f"{path.name} cannot be read ({error.strerror})"
