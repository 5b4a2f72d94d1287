"""What is true of a run, by the world's own measurement of pictures that the test never sees.

The scene is the share of the sides in the place's own painted colours, relative to what the class word draws; the
likeness is the reader's, which names hair, skin, face and glasses, between the class word's and the training set's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.verdict.drawing import Evidence
from benchmarks.verdict.recipes import Case
from consistent_character.choosing.onset import SCENE_KEPT, lost_after, overtrained_from
from worlds.cartoon import reader as reading
from worlds.cartoon.measuring import Colours, colours_of, place_share

Floats = npt.NDArray[np.float64]

_NEAR_BOUND = 0.2
_CLEARLY = 0.3
_NEAR_BEST = 0.08
_WORTHLESS = 0.4
_NOTHING = 1e-6
_LEAST_GAP = 0.1


@dataclass(frozen=True)
class Point:
    """One iteration: the means over the seeds of the truth, and their standard errors."""

    step: int
    scene: float
    likeness: float
    scene_error: float = 0.0
    likeness_error: float = 0.0
    halves: tuple[float, float] = (0.0, 0.0)
    """What it is worth by one half of the seeds, and by the other."""

    @property
    def worth(self) -> float:
        """What is wanted of an iteration: likeness x scene."""
        return min(1.0, self.scene) * self.likeness


@dataclass(frozen=True)
class Truth:
    """A run's curve, from before training (step 0, the class word) on."""

    points: tuple[Point, ...]
    scene_drawn: float

    @property
    def onset(self) -> int | None:
        """The step from which the scene is lost, by the rule that the test goes by, on what is true."""
        return onset_of(self.points[1:])

    @property
    def clear(self) -> bool:
        """Whether no other cut, more than one iteration away, and not none either, fits nearly as well."""
        points = self.points[1:]
        steps = [point.step for point in points]
        fits = lost_after(steps, [point.scene for point in points]) / (steps[1] - steps[0])
        place = steps.index(self.onset) if self.onset is not None else len(steps) + 1
        others = [fit for other, fit in enumerate(fits) if abs(other - place) > 1]
        rivals = [*others, *([0.0] if self.onset is not None else [])]
        best = float(fits[place]) if self.onset is not None else 0.0
        return bool(best - max(rivals) > _CLEARLY)

    @property
    def usable(self) -> tuple[Point, ...]:
        """The iterations before the onset that keep the scene."""
        end = self.onset
        kept = (point for point in self.points[1:] if point.scene >= SCENE_KEPT)
        return tuple(point for point in kept if end is None or point.step < end)

    @property
    def best(self) -> Point | None:
        """The usable iteration that is worth most."""
        return max(self.usable, key=lambda point: point.worth, default=None)

    @property
    def reachable(self) -> float:
        """What the best usable iteration is worth: found with half of the seeds, measured with the other half.

        The highest of many measured values is too high by chance; found and measured apart it is not.
        """
        if not self.usable:
            return 0.0
        found = [max(self.usable, key=lambda point: point.halves[half]).halves[1 - half] for half in (0, 1)]
        return mean(found)

    def at(self, step: int) -> Point:
        """The iteration of a step."""
        return next(point for point in self.points if point.step == step)

    @property
    def close(self) -> tuple[int, ...]:
        """The steps on which more seeds might change what is true: near the bound, or near the best."""
        best = self.best.worth if self.best else 0.0
        return tuple(
            point.step
            for point in self.points[1:]
            if abs(point.scene - SCENE_KEPT) < _NEAR_BOUND or (best > _WORTHLESS and point.worth > best - _NEAR_BEST)
        )


def wall_colours(images: Path) -> Colours:
    """The colours of a training set's own wall: those along the upper sides of its pictures."""
    return colours_of([_opened(path) for path in sorted(images.glob("*.png"))])


def onset_of(points: Sequence[Point]) -> int | None:
    """The step of the first overtrained one, by the rule that the test goes by."""
    place = overtrained_from([point.step for point in points], [point.scene for point in points])
    return None if place is None else points[place].step


class Measure:
    """The world's own eyes for one run: what each of its pictures shows, between the two ends of the run."""

    def __init__(self, case: Case, images: Path, baseline: Sequence[Path], reader: reading.Reader) -> None:
        self._case, self._reader, self._wall = case, reader, wall_colours(images)
        framed = [_opened(path) for path in sorted(images.glob("*.png"))[:2]]  # extreme closeups from the front
        self._most = mean(reading.likeness(reader, framed, case.person))
        self._least = float(self._likenesses(baseline).mean())
        self.scene_drawn = float(self._scenes(baseline).mean())

    def point(self, step: int, row: Sequence[Path]) -> Point:
        """What is true of an iteration, by these pictures."""
        scenes = self._scenes(row) / max(self.scene_drawn, _NOTHING)
        likenesses = (self._likenesses(row) - self._least) / max(self._most - self._least, _LEAST_GAP)
        errors = [float(values.std() / len(values) ** 0.5) for values in (scenes, likenesses)]
        both = [_worth(scenes[half::2], likenesses[half::2]) for half in (0, 1 if len(row) > 1 else 0)]
        clipped = float(np.clip(likenesses.mean(), 0, 1))
        return Point(step, float(scenes.mean()), clipped, errors[0], errors[1], (both[0], both[1]))

    def _scenes(self, row: Sequence[Path]) -> Floats:
        return np.array([place_share(_opened(path), self._case.place, self._wall) for path in row])

    def _likenesses(self, row: Sequence[Path]) -> Floats:
        return np.array(reading.likeness(self._reader, [_opened(path) for path in row], self._case.person))


def truth(measure: Measure, found: Evidence) -> Truth:
    """The truth of a run from its pictures for it."""
    rows = [(0, found.baseline), *found.rows]
    points = (measure.point(step, [planned.path for planned in row]) for step, row in rows)
    return Truth(tuple(points), measure.scene_drawn)


def _worth(scenes: Floats, likenesses: Floats) -> float:
    return float(np.clip(scenes.mean(), 0, 1) * np.clip(likenesses.mean(), 0, 1))


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")
