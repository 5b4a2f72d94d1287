"""A caption's change, word by word, for people to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

from consistent_character.prompts import infotext

Kind: TypeAlias = Literal["same", "removed", "added"]

SETTINGS = " … negative prompt and settings"
"""What stands for generation parameters that go."""

_WORD = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class DiffPart:
    """Text that stayed, went or came."""

    kind: Kind
    text: str


def words_changed(before: str, after: str) -> tuple[DiffPart, ...]:
    """What stayed, went and came, in order.

    `same` and `removed` joined are `before`; `same` and `added` joined are `after`.

    """
    return tuple(_parts(_WORD.findall(before), _WORD.findall(after)))


def prompt_changed(before: str, after: str) -> tuple[DiffPart, ...]:
    """As `words_changed`; the settings behind a prompt, where they go, are one part that says so: nobody reads them."""
    prompt = infotext.prompt_of(before)
    rest = before.strip()[len(prompt) :].strip()
    if not rest or not before.strip().startswith(prompt) or after.strip().endswith(rest):
        return words_changed(before, after)
    return (*words_changed(prompt, after), DiffPart("removed", SETTINGS))


def _parts(before: list[str], after: list[str]) -> Iterator[DiffPart]:
    for operation, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if operation == "equal":
            yield DiffPart("same", "".join(before[start:end]))
            continue
        if end > start:
            yield DiffPart("removed", "".join(before[start:end]))
        if new_end > new_start:
            yield DiffPart("added", "".join(after[new_start:new_end]))
