"""Where a caption's text comes from: the .txt beside the picture, else the generation parameters inside of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from consistent_character.character.files import explained, read_if_there
from consistent_character.character.folder import Pair

_EXIF_FOLDER = 0x8769
_USER_COMMENT = 0x9286
_ENCODINGS = {b"UNICODE\0": "utf-16-be", b"ASCII\0\0\0": "ascii"}


@dataclass(frozen=True)
class Source:
    """A caption as found: its file's bytes (None: no file), its text, or the `problem` why there is none.

    `undecodable` tells bytes that are no UTF-8 text from a text that is missing.
    """

    stored: bytes | None
    text: str = ""
    problem: str = ""
    undecodable: bool = False


def read(pair: Pair) -> Source:
    """The caption file, or what the picture itself tells where there is no such file."""
    with explained(pair.caption):
        stored = read_if_there(pair.caption)
    if stored is None:
        return _from_image(pair.image)
    if b"\0" in stored:
        return Source(stored, problem="it is no UTF-8 text (UTF-16, or not text at all)", undecodable=True)
    try:
        return Source(stored, stored.decode("utf-8"))
    except UnicodeDecodeError as error:
        return Source(stored, problem=f"byte {error.start + 1} is not UTF-8: save it as UTF-8", undecodable=True)


def _from_image(image: Path) -> Source:
    try:
        text = generation_parameters(image)
    except (OSError, SyntaxError, ValueError) as error:  # Pillow raises SyntaxError for broken PNG chunks
        return Source(None, problem=f"there is no caption, and the picture cannot be read ({error})")
    return Source(None, text) if text else Source(None, problem="there is no caption, and no prompt inside the picture")


def generation_parameters(image: Path) -> str:
    """The infotext inside a picture; empty if there is none.

    PNG has it in the chunk `parameters`, JPEG and WebP in EXIF's user comment.
    """
    with Image.open(image) as opened:
        parameters = opened.info.get("parameters")
        if isinstance(parameters, str):
            return parameters
        comment = opened.getexif().get_ifd(_EXIF_FOLDER).get(_USER_COMMENT, b"")
    return _user_comment(comment) if isinstance(comment, bytes) else str(comment)


def _user_comment(comment: bytes) -> str:
    encoding = _ENCODINGS.get(comment[:8])
    return comment[8:].decode(encoding) if encoding else ""
