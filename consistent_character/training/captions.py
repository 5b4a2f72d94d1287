"""The captions as the trainer will read them: strictly, and with what usually is left in them pointed out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from consistent_character.character.folder import CharacterFolder
from consistent_character.prompts import emphasis, infotext, template

CHUNK = 75
"""Tokens that a prompt may have before a second chunk begins."""


class Unreadable(Enum):
    """Why an image has no caption that can be trained on."""

    MISSING = "missing"
    UNDECODABLE = "undecodable"


@dataclass(frozen=True)
class Captioned:
    """An image of the training set with its caption, or why there is none."""

    image: Path
    caption: str | Unreadable

    @property
    def text(self) -> str:
        """The caption; empty where there is none."""
        return self.caption if isinstance(self.caption, str) else ""


def read_all(folder: CharacterFolder) -> tuple[Captioned, ...]:
    """Every image of the folder with its caption, line ends and spaces at both ends taken off."""
    return tuple(Captioned(pair.image, _read(pair.caption)) for pair in folder.pairs())


def _read(path: Path) -> str | Unreadable:
    try:
        # A byte order mark would become part of the prompt, as a character that nobody sees.
        return path.read_bytes().decode("utf-8-sig").strip()
    except FileNotFoundError:
        return Unreadable.MISSING
    except (OSError, UnicodeDecodeError):
        return Unreadable.UNDECODABLE


def token_pattern(token: str) -> re.Pattern[str]:
    """Finds the token as a word of its own, any case."""
    return re.compile(rf"(?<![\w-]){re.escape(token)}(?![\w-])", re.IGNORECASE)


def names_token(text: str, token: str) -> bool:
    """Whether the token stands in the text, as a word of its own."""
    return token_pattern(token).search(text) is not None


def has_emphasis(text: str) -> bool:
    """Whether something in it would train stronger or weaker than it stands there."""
    return any(run.weight != 1.0 for run in emphasis.parse(text))


def is_infotext(text: str) -> bool:
    """Whether the generation parameters still stand in it."""
    parsed = infotext.parse(text)
    return bool(parsed.parameters or parsed.negative_prompt)


def tokens_of(prompt: str, token: str, num_vectors: int, count: Callable[[str], int]) -> int:
    """Tokens that a prompt takes: the embedding's vectors wherever its token stands, and the words around."""
    pieces = token_pattern(token).split(prompt)
    return sum(count(piece) for piece in pieces if piece.strip()) + num_vectors * (len(pieces) - 1)


def prompts_of(caption: str, token: str, lines: Sequence[str]) -> tuple[str, ...]:
    """What the trainer may make of a caption, one prompt for each template line."""
    return tuple(template.fill(line, token, caption) for line in lines)


def longest_prompt(text: str, token: str, num_vectors: int, lines: Sequence[str], count: Callable[[str], int]) -> int:
    """Tokens of the longest prompt that the trainer may make of a caption; each vector of the embedding is one."""
    return max((tokens_of(prompt, token, num_vectors, count) for prompt in prompts_of(text, token, lines)), default=0)
