"""The tutorial's five zooms and five viewing angles, the 25 cells that they span, and other lists in their place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consistent_character.errors import RequestError
from consistent_character.prompts import emphasis

ZOOMS = ("an extreme closeup", "a medium closeup", "a closeup", "a medium shot", "a full body")
"""How near the camera is; the tutorial's order."""

ANGLES = ("front shot", "rear angle", "side angle", "shot from above", "low angle shot")
"""Where the camera stands; the tutorial's order."""

EXTRA_NETWORK = r"<\w+:[^<>]*>"
"""A file that is named in a prompt, `<lora:name:1>`; its name is no word of the prompt."""

_NOT_IN_A_PHRASE = re.compile(r"[()\[\]<>{}|\\:\n]|\bBREAK\b|\bAND\b")


@dataclass(frozen=True, order=True)
class Cell:
    """One zoom with one viewing angle, in the words of their lists."""

    zoom: str
    angle: str

    def __str__(self) -> str:
        return f"{self.zoom} {self.angle}"


@dataclass(frozen=True)
class Vocabulary:
    """A list of zooms and a list of viewing angles: the words in which cells are asked for and recognised."""

    zooms: tuple[str, ...] = ZOOMS
    angles: tuple[str, ...] = ANGLES

    def cells(self) -> tuple[Cell, ...]:
        """Every zoom with every angle, zoom by zoom."""
        return tuple(Cell(zoom, angle) for zoom in self.zooms for angle in self.angles)

    def joined(self, other: Vocabulary) -> Vocabulary:
        """The phrases of both, these first; a phrase that is a zoom here stays one, whatever it is in the other."""
        return Vocabulary(
            _merged(self.zooms, (zoom for zoom in other.zooms if not _within(zoom, self.angles))),
            _merged(self.angles, (angle for angle in other.angles if not _within(angle, self.zooms))),
        )

    def check(self) -> None:
        """See that every cell can be asked for in a prompt and recognised in it again.

        Raises:
            RequestError: a list is empty, a phrase stands twice or holds what means something else in a prompt, or two
            phrases cannot be told from each other.
        """
        _check_list("zoom", self.zooms)
        _check_list("viewing angle", self.angles)
        for cell in self.cells():
            # In either order: a prompt may name the angle first.
            if not cell == cell_of(f"{cell.zoom} {cell.angle}", self) == cell_of(f"{cell.angle} {cell.zoom}", self):
                raise RequestError(
                    f"The zoom “{cell.zoom}” and the viewing angle “{cell.angle}” hide each other in a prompt: "
                    "reword one of them."
                )


TUTORIAL = Vocabulary()
"""The tutorial's lists."""


def all_cells() -> tuple[Cell, ...]:
    """The tutorial's 25, zoom by zoom."""
    return TUTORIAL.cells()


def cell_of(text: str, vocabulary: Vocabulary = TUTORIAL) -> Cell | None:
    """The cell that a prompt or caption names, or None if it lacks a zoom or an angle.

    Whole phrases only, any case and spacing, emphasis and `<lora:…>` ignored; of several the first one counts, and at
    one place the longest.
    """
    words = emphasis.plain(re.sub(EXTRA_NETWORK, " ", text))
    zoom, angle = first_of(vocabulary.zooms, words), first_of(vocabulary.angles, words)
    return Cell(zoom, angle) if zoom and angle else None


def first_of(phrases: Sequence[str], text: str) -> str | None:
    """The phrase that `text` names first, as it stands in the list."""
    found = phrase_pattern(phrases).search(text) if phrases else None
    return as_listed(found[0], phrases) if found else None


def as_listed(found: str, phrases: Sequence[str]) -> str:
    """The phrase of the list that was found in other case or spacing."""
    return next(phrase for phrase in phrases if folded(phrase) == folded(found))


def phrase_pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """A pattern that finds any of the phrases as whole words, whatever their case and spacing; the longest first."""
    longest_first = sorted(phrases, key=len, reverse=True)
    choices = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in longest_first)
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)", re.IGNORECASE)


def folded(phrase: str) -> str:
    """The phrase without its case and spacing: two that are equal then are one phrase."""
    return " ".join(phrase.lower().split())


def _check_list(what: str, phrases: Sequence[str]) -> None:
    if not phrases:
        raise RequestError(f"Choose at least one {what}.")
    seen: set[str] = set()
    for phrase in phrases:
        if not phrase.strip():
            raise RequestError(f"A {what} is empty: take it out of the list.")
        if found := _NOT_IN_A_PHRASE.search(phrase):
            raise RequestError(f"The {what} “{phrase}” holds “{found[0]}”, which means something else in a prompt.")
        if folded(phrase) in seen:
            raise RequestError(f"The {what} “{phrase}” stands in the list twice: take one of them out.")
        seen.add(folded(phrase))


def _merged(phrases: Sequence[str], others: Iterable[str]) -> tuple[str, ...]:
    return (*phrases, *(other for other in others if not _within(other, phrases)))


def _within(phrase: str, phrases: Sequence[str]) -> bool:
    return folded(phrase) in map(folded, phrases)
