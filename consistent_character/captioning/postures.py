"""The postures that captions name: the tutorial's seven, and a character's own, one on each line of `postures.txt`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from consistent_character.character.files import explained, read_if_there, write_whole
from consistent_character.errors import FolderError, RequestError
from consistent_character.prompts.cells import folded

POSTURES = (
    "standing",
    "lying on her back",
    "lying on her front",
    "lying on her side",
    "bent over",
    "on all fours",
    "kneeling",
)
"""The tutorial's subset of the postures of the Unstable Diffusion tagging white paper."""

FILE_NAME = "postures.txt"
MOST = 40
"""A character has at most so many postures of its own."""

_MALE = re.compile(r"\b(?:man|male|guy|gentleman|he|king|father)\b", re.IGNORECASE)
_NOT_IN_A_PHRASE = re.compile(r"[,<>{}|\\()\[\]\r\n]")


def postures_for(initialization_text: str) -> tuple[str, ...]:
    """The tutorial's seven, said of a man where the initialization text says that it is one."""
    if not _MALE.search(initialization_text):
        return POSTURES
    return tuple(posture.replace(" her ", " his ") for posture in POSTURES)


def spellings(postures: Sequence[str]) -> tuple[str, ...]:
    """The postures as captions may name them: also of the other sex."""
    turned = (re.sub(r"\b(?:her|his)\b", word, posture) for posture in postures for word in ("her", "his", "their"))
    return tuple(dict.fromkeys((*postures, *turned)))


def own_postures(folder: Path) -> tuple[str, ...]:
    """The postures that a character has beside the tutorial's.

    Raises:
        FolderError: the file is not UTF-8 or cannot be read.
    """
    path = folder / FILE_NAME
    with explained(path):
        content = read_if_there(path)
    try:
        lines = (content or b"").decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FolderError(f"{path} is not UTF-8: save it as UTF-8 and try again.") from error
    return tuple(dict.fromkeys(words for line in lines if (words := " ".join(line.split()))))


def keep_postures(folder: Path, postures: Sequence[str]) -> tuple[str, ...]:
    """Keep a character's own postures; returns them, tidied.

    Raises:
        RequestError: there are too many, or one holds what ends a phrase or means something else in a prompt.
        FolderError: the system refuses.
    """
    tidied = {folded(posture): " ".join(posture.split()) for posture in postures if posture.strip()}
    own = tuple(words for fold, words in tidied.items() if fold not in map(folded, spellings(POSTURES)))
    if len(own) > MOST:
        raise RequestError(f"These are {len(own)} postures: keep {MOST} at most.")
    for words in own:
        if found := _NOT_IN_A_PHRASE.search(words):
            raise RequestError(
                f"The posture “{words}” holds “{found[0]}”, which ends a phrase or means something else."
            )
    write_whole(folder / FILE_NAME, "".join(f"{words}\n" for words in own).encode())
    return own
