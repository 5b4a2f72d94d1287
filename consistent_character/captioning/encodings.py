"""What a caption file that is not UTF-8 may be written in: told, never acted upon by itself."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

_BYTE_ORDER_MARKS = (  # UTF-32's begins like UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMES = {"utf-16-le": "UTF-16 without its mark", "utf-16-be": "UTF-16 without its mark", "cp1252": "Windows-1252"}
_REPLACED = "\N{REPLACEMENT CHARACTER}"
_SPACES = "\t\n\r"


@dataclass(frozen=True)
class Guess:
    """What is wrong with the bytes, for people, and the encoding (Python's name) they are likely in, if any is."""

    problem: str
    encoding: str | None = None


def guess(stored: bytes) -> Guess:
    """Judge bytes that are no UTF-8 text, or hold NUL."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if stored.startswith(mark):
            return _checked(stored, encoding)
    if b"\0" in stored:
        high_first = stored[0::2].count(0) > stored[1::2].count(0)
        return _checked(stored, "utf-16-be" if high_first else "utf-16-le")
    return _one_byte_each(stored)


def _one_byte_each(stored: bytes) -> Guess:
    try:
        stored.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end == len(stored) and error.reason == "unexpected end of data":
            return Guess("it is not UTF-8: it ends in the middle of a character, so some of it may be missing")
        problem = f"byte {error.start + 1} is not UTF-8"
    else:
        return Guess("it is UTF-8")
    # Where other bytes are UTF-8, the ones that are not are damage.
    mixed = any(letter > "\x7f" and letter != _REPLACED for letter in stored.decode("utf-8", "replace"))
    if mixed or not _is_western(_text(stored, "cp1252")):
        return Guess(f"{problem}: save it as UTF-8")
    return Guess(f"{problem}: it seems to be {_NAMES['cp1252']}; save it as UTF-8", "cp1252")


def _is_western(text: str | None) -> bool:
    """Whether most letters are those of English: read as Windows-1252, text of another alphabet has few of them."""
    letters = list(filter(str.isalpha, text or ""))
    return bool(letters) and 2 * sum(not letter.isascii() for letter in letters) <= len(letters)


def _checked(stored: bytes, encoding: str) -> Guess:
    if _text(stored, encoding) is None:
        return Guess("it is no UTF-8 text, and holds bytes that are no text at all")
    return Guess(f"it is not UTF-8 but {_NAMES.get(encoding, encoding.upper())}: save it as UTF-8", encoding)


def _text(stored: bytes, encoding: str) -> str | None:
    """The bytes as text, if they are text that people write."""
    try:
        text = stored.decode(encoding)
    except UnicodeDecodeError:
        return None
    readable = all(letter.isprintable() or letter in _SPACES for letter in text.removeprefix("\ufeff"))
    return text if readable else None
