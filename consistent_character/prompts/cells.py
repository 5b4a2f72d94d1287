"""The tutorial's five zooms and five viewing angles, and the 25 cells that they span."""

from __future__ import annotations

import re
from dataclasses import dataclass

from consistent_character.prompts import emphasis

ZOOMS = ("an extreme closeup", "a medium closeup", "a closeup", "a medium shot", "a full body")
"""How near the camera is; the tutorial's order."""

ANGLES = ("front shot", "rear angle", "side angle", "shot from above", "low angle shot")
"""Where the camera stands; the tutorial's order."""


@dataclass(frozen=True, order=True)
class Cell:
    """One zoom with one viewing angle, in the tutorial's words."""

    zoom: str
    angle: str

    def __str__(self) -> str:
        return f"{self.zoom} {self.angle}"


def all_cells() -> tuple[Cell, ...]:
    """All 25, zoom by zoom."""
    return tuple(Cell(zoom, angle) for zoom in ZOOMS for angle in ANGLES)


def cell_of(text: str) -> Cell | None:
    """The cell that a prompt or caption names, or None if it lacks a zoom or an angle.

    Whole phrases only, any case and spacing, emphasis ignored; of several the first one counts, and at one place the
    longest.
    """
    words = emphasis.plain(text)
    zoom, angle = _first(ZOOMS, words), _first(ANGLES, words)
    return Cell(zoom, angle) if zoom and angle else None


def _first(phrases: tuple[str, ...], text: str) -> str | None:
    found = phrase_pattern(phrases).search(text)
    return " ".join(found[0].lower().split()) if found else None


def phrase_pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern that finds any of the phrases as whole words, whatever their case and spacing; the longest first."""
    longest_first = sorted(phrases, key=len, reverse=True)
    choices = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in longest_first)
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)", re.IGNORECASE)
