"""Prompts of several parts, `a AND b:0.7`, which A1111 draws at once, each with its weight."""

from __future__ import annotations

import re
from dataclasses import dataclass

_AND = re.compile(r"\bAND\b")
_WEIGHT = re.compile(r"\s*([-+]?(?:\d+\.?|\d*\.\d+))")


@dataclass(frozen=True)
class Part:
    """What one part says, and how much: below 0 the picture is drawn away from it."""

    text: str
    weight: float = 1.0


def is_composed(text: str) -> bool:
    """Whether the prompt has more than one part."""
    return "AND" in text and _AND.search(text) is not None


def parts(text: str) -> tuple[Part, ...]:
    """The parts in order, at least one; a part's text keeps the space in front of it.

    A weight at the end is one in a prompt of a single part too: "a photo :2" says "a photo".

    Source: the meaning of `modules/prompt_parser.py: get_multicond_prompt_list` of A1111 1.10.1.
    """
    return tuple(map(_part, _AND.split(text)))


def _part(text: str) -> Part:
    words, colon, end = text.rstrip().rpartition(":")
    weight = _WEIGHT.fullmatch(end) if colon else None
    return Part(words.rstrip(), float(weight[1])) if weight else Part(text.rstrip())
