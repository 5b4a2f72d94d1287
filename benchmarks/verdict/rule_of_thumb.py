"""The tutorial's own way, for comparison: one preview an iteration, each with another seed, looked at by eye.

The eye is a perfect one here: the world's own measurement of that one preview. What it cannot do is to look twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.verdict.truth import Point
from consistent_character.choosing.onset import IN_A_ROW, SCENE_KEPT


@dataclass(frozen=True)
class Thumb:
    """What somebody would say who follows the tutorial."""

    onset: int | None
    recommended: int | None


def rule_of_thumb(previews: Sequence[Point]) -> Thumb:
    """Gray backgrounds in several previews in a row are overtraining; the best looking one before is taken."""
    onset = next((previews[place].step for place in range(len(previews)) if _in_a_row(previews, place)), None)
    before = [preview for preview in previews if onset is None or preview.step < onset]
    best = max(before, key=lambda preview: preview.worth, default=None)
    return Thumb(onset, best.step if best else None)


def _in_a_row(previews: Sequence[Point], place: int) -> bool:
    row = previews[place : place + IN_A_ROW]
    return len(row) == IN_A_ROW and all(preview.scene < SCENE_KEPT for preview in row)
