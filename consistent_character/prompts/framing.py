"""A prompt that a person wrote, with its zoom and its viewing angle put in for every cell.

What is replaced is one whole phrase each, wherever it stands, whatever its case and spacing. Emphasis around it stays,
and so does what is no part of the picture's words: a phrase in `<lora:…>` is a file's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from consistent_character.errors import RequestError
from consistent_character.prompts.cells import (
    EXTRA_NETWORK,
    TUTORIAL,
    Cell,
    Vocabulary,
    as_listed,
    cell_of,
    phrase_pattern,
)


class Shot(NamedTuple):
    """One picture of a grid: what it shows, the prompt that says so, and its seed."""

    cell: Cell
    prompt: str
    seed: int


@dataclass(frozen=True)
class _Place:
    """Where a phrase stands: `start` to `end` of the prompt, in characters."""

    start: int
    end: int
    phrase: str


@dataclass(frozen=True)
class Frame:
    """A prompt and where its zoom and its viewing angle stand; either may stand there more than once."""

    text: str
    zooms: tuple[_Place, ...]
    angles: tuple[_Place, ...]

    def prompt(self, cell: Cell) -> str:
        """The prompt with the cell's zoom and viewing angle in the places of its own."""
        put_in = [(place, cell.zoom) for place in self.zooms] + [(place, cell.angle) for place in self.angles]
        parts, end = [], 0
        for place, words in sorted(put_in, key=lambda entry: entry[0].start):
            parts += [self.text[end : place.start], words]
            end = place.end
        return "".join([*parts, self.text[end:]])


def frame(text: str, vocabulary: Vocabulary) -> Frame:
    """Find the zoom and the viewing angle of a prompt, in the words of the lists or of the tutorial.

    Raises:
        RequestError: it names no zoom, no angle, or two different ones.
    """
    known = vocabulary.joined(TUTORIAL)
    zooms = _only("zoom", tuple(_places(text, known.zooms)), vocabulary.zooms)
    angles = _only("viewing angle", tuple(_places(text, known.angles)), vocabulary.angles)
    for zoom in zooms:
        for angle in angles:
            if zoom.start < angle.end and angle.start < zoom.end:
                raise RequestError(
                    f"In your prompt the zoom “{zoom.phrase}” and the viewing angle “{angle.phrase}” overlap: "
                    "write them one after the other."
                )
    return Frame(text, zooms, angles)


def follow(text: str, cell: Cell, vocabulary: Vocabulary) -> str:
    """A second prompt of the same picture, with the cell put in as far as it names a zoom or an angle at all."""
    known = vocabulary.joined(TUTORIAL)
    return Frame(text, tuple(_places(text, known.zooms)), tuple(_places(text, known.angles))).prompt(cell)


def variants(text: str, vocabulary: Vocabulary) -> Mapping[Cell, str]:
    """The prompt of every cell, all of them different, each recognised again as its cell.

    Raises:
        RequestError: the lists or the prompt cannot be used.
    """
    vocabulary.check()
    framed = frame(text, vocabulary)
    prompts = {cell: framed.prompt(cell) for cell in vocabulary.cells()}
    for cell, prompt in prompts.items():
        found = cell_of(prompt, vocabulary)
        if found != cell:
            raise RequestError(
                f"With “{cell}” put in, your prompt would be read as “{found}”: reword what stands beside the phrase."
            )
    same = [list(cells) for _, cells in groupby(sorted(prompts, key=prompts.__getitem__), key=prompts.__getitem__)]
    if clash := next((cells for cells in same if len(cells) > 1), None):
        raise RequestError(f"“{clash[0]}” and “{clash[1]}” make the same prompt: take one of them out of the lists.")
    return prompts


def _places(text: str, phrases: tuple[str, ...]) -> Iterable[_Place]:
    phrase = phrase_pattern(phrases)
    for found in re.finditer(rf"{EXTRA_NETWORK}|(?P<phrase>{phrase.pattern})", text, re.IGNORECASE):
        if found["phrase"]:
            yield _Place(found.start(), found.end(), as_listed(found[0], phrases))


def _only(what: str, places: tuple[_Place, ...], phrases: tuple[str, ...]) -> tuple[_Place, ...]:
    named = tuple(dict.fromkeys(place.phrase for place in places))
    if not named:
        raise RequestError(
            f"Your prompt names no {what}: write “{phrases[0]}” where it belongs, word for word and in one piece."
        )
    if len(named) > 1:
        raise RequestError(
            f"Your prompt names two {what}s, “{named[0]}” and “{named[1]}”: keep one, the others come from the list."
        )
    return places
