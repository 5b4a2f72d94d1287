"""What is true of a run, by the world's own measurement of pictures that the test never sees.

The scene is the share of the sides in the place's own painted colours, relative to what the class word draws; the
likeness that of the look that two readers see in the picture (hair, skin, face, glasses, eyes, as colours and lengths),
between the class word's and the training set's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from statistics import mean

import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.verdict.drawing import STAGES, Evidence
from benchmarks.verdict.recipes import Case
from consistent_character.choosing.onset import SCENE_KEPT, Onset, cut_of
from consistent_character.choosing.resampling import mean_of
from worlds.cartoon import reader as reading
from worlds.cartoon.look import likeness
from worlds.cartoon.measuring import Colours, colours_of, place_share

Floats = npt.NDArray[np.float64]

TOLERANCE = 0.05
"""The share by which an iteration may be worth less than the best, and still be as good."""
_CLEAR = 0.9
_NEAR_BEST = 0.12
_WORTHLESS = 0.42
_AROUND = 2
_NOTHING = 1e-6
_LEAST_GAP = 0.1


@dataclass(frozen=True)
class Point:
    """One iteration: the truth of each picture, in the order of the seeds, between the two ends of the run."""

    step: int
    scenes: tuple[float, ...]
    likenesses: tuple[float, ...]

    @property
    def scene(self) -> float:
        return mean(self.scenes)

    @property
    def worth(self) -> float:
        """What is wanted of an iteration: likeness x scene."""
        return _worth(self.scenes, self.likenesses)

    @property
    def gains(self) -> Floats:
        """How far each seed moves what the iteration is worth, to first order."""
        return mean_of(self.scenes) * np.array(self.likenesses) + mean_of(self.likenesses) * np.array(self.scenes)

    @property
    def halves(self) -> tuple[float, float]:
        """What it is worth by every other seed, and by the others."""
        both = [_worth(self.scenes[half::2], self.likenesses[half::2]) for half in (0, 1)]
        return both[0], both[1]


@dataclass(frozen=True)
class Truth:
    """A run's curve, first iteration to last."""

    points: tuple[Point, ...]

    @property
    def cut(self) -> Onset:
        """Where the scene is lost, by the rule that the test goes by, on what is true; and how sure that is."""
        return cut_of([point.step for point in self.points], [point.scenes for point in self.points])

    @property
    def onset(self) -> int | None:
        """The first overtrained step."""
        return self.points[self.cut.place].step if self.cut.found else None

    @property
    def clear(self) -> bool:
        """Whether the world itself would say the same of other seeds."""
        return self.cut.confidence >= _CLEAR

    @property
    def usable(self) -> tuple[Point, ...]:
        """The iterations that keep the scene."""
        return tuple(point for point in self.points if point.scene >= SCENE_KEPT)

    @property
    def best(self) -> Point | None:
        """The usable iteration that is worth most."""
        return max(self.usable, key=lambda point: point.worth, default=None)

    def worth_of(self, step: int | None) -> float:
        """What a step is worth, 0 where it is not usable."""
        return next((point.worth for point in self.usable if point.step == step), 0.0)

    def share_of(self, step: int | None) -> float:
        """What a step is worth of the best, 0 where it is not usable."""
        return self.worth_of(step) / max(self.best.worth, _NOTHING) if self.best else 0.0

    @property
    def reachable(self) -> float:
        """What the best usable iteration is worth: found with half of the seeds, measured with the other half.

        The highest of many measured values is too high by chance; found and measured apart it is not. Where the run has
        learned anything only those near the best may be it: others were looked at with few seeds, and win by luck.
        """
        likely = [point for point in self._rivals if point.scene >= SCENE_KEPT] or self.usable
        if not likely:
            return 0.0
        return mean(max(likely, key=lambda point: point.halves[half]).halves[1 - half] for half in (0, 1))

    @property
    def wants(self) -> dict[int, int]:
        """The steps of which more seeds might change what is true, and how many: at first the second of the `STAGES`.

        These are where the cut may lie, those around it always (eight seeds that agree have been seen to be wrong), and
        those near the best. The last stage is for what is still open: a cut that other seeds would well make elsewhere,
        and rivals of the best that are not known to half of what one may be worse by.
        """
        cut, count = self.cut, len(self.points)
        around = range(max(0, cut.place - _AROUND), min(count, cut.place + _AROUND + 1)) if cut.found else ()
        open_ = range(max(0, cut.earliest - 1), min(count, cut.latest + 1)) if not self.clear else ()
        between = [self.points[place] for place in open_]
        near = [*(self.points[place] for place in around), *between, *self._rivals]
        unsettled = [*between, *self._unsettled]
        return {
            **{point.step: STAGES[1] for point in near},
            **{point.step: STAGES[2] for point in unsettled if len(point.scenes) >= STAGES[1]},
        }

    @property
    def _rivals(self) -> list[Point]:
        """The best and those near it, of a run that learns anything."""
        best = self.best.worth if self.best else 0.0
        return [point for point in self.points if best > _WORTHLESS and point.worth > best - _NEAR_BEST]

    @property
    def _unsettled(self) -> list[Point]:
        """Those that may be better than the best or as good, where the seeds do not say by how much; and the best."""
        best = self.best
        rivals = [point for point in self._rivals if best is not None and point is not best and _unsure(best, point)]
        return [*rivals, best] if rivals and best is not None else []


def _unsure(best: Point, rival: Point) -> bool:
    """Whether the difference of two iterations over their common seeds is not known to half of the tolerance."""
    count = min(len(best.scenes), len(rival.scenes))
    apart = np.subtract(best.gains[:count], rival.gains[:count])
    error = float(apart.std(ddof=1)) / count**0.5
    return error > TOLERANCE / 2 * best.worth and best.worth - rival.worth < TOLERANCE * best.worth + 2 * error


def agreement(truths: Sequence[Truth]) -> float:
    """How exact the truth is: how often the best by one of several truths is as good as that by another, 0..1."""
    return mean(_finds(other, one.best) for one, other in permutations(truths, 2))


def _finds(truth: Truth, best: Point | None) -> bool:
    """Whether what another one finds the best is as good as the best by this one."""
    return truth.best is None if best is None else as_good(truth.worth_of(best.step), truth.reachable)


def as_good(worth: float, reachable: float) -> bool:
    """Whether what is worth so much is as good as the best that can be reached."""
    return worth >= (1 - TOLERANCE) * reachable


def wall_colours(images: Path) -> Colours:
    """The colours of a training set's own wall: those along the upper sides of its pictures."""
    return colours_of([_opened(path) for path in sorted(images.glob("*.png"))])


class Measure:
    """The world's own eyes for one run: what each of its pictures shows, between the two ends of the run."""

    def __init__(self, case: Case, images: Path, baseline: Sequence[Path], reader: reading.LookReaders) -> None:
        self._case, self._reader, self._wall = case, reader, wall_colours(images)
        self._seen: dict[Path, tuple[float, float]] = {}
        framed = [_opened(path) for path in sorted(images.glob("*.png"))[:2]]  # extreme closeups from the front
        self._most = float(self._alike(framed).mean())
        self._least = float(self._likenesses(baseline).mean())
        self.scene_drawn = float(self._scenes(baseline).mean())

    def point(self, step: int, row: Sequence[Path]) -> Point:
        """What is true of an iteration, by these pictures."""
        scenes = self._scenes(row) / max(self.scene_drawn, _NOTHING)
        likenesses = (self._likenesses(row) - self._least) / max(self._most - self._least, _LEAST_GAP)
        return Point(step, tuple(map(float, scenes)), tuple(map(float, likenesses)))

    def _scenes(self, row: Sequence[Path]) -> Floats:
        return self._read(row)[:, 0]

    def _likenesses(self, row: Sequence[Path]) -> Floats:
        return self._read(row)[:, 1]

    def _read(self, row: Sequence[Path]) -> Floats:
        """Scene and likeness of each picture before they are calibrated, `(n, 2)`; each is looked at once."""
        if new := [path for path in row if path not in self._seen]:
            pictures = [_opened(path) for path in new]
            scenes = [place_share(picture, self._case.place, self._wall) for picture in pictures]
            self._seen.update(zip(new, zip(scenes, self._alike(pictures), strict=True), strict=True))
        return np.array([self._seen[path] for path in row])

    def _alike(self, pictures: Sequence[Image.Image]) -> Floats:
        return np.array([likeness(look, self._case.person) for look in reading.looks(self._reader, pictures)])


def wanting(truth: Truth, looked: Mapping[int, int]) -> dict[int, int]:
    """Of how many seeds the iterations are wanted that have been `looked` at with fewer."""
    return {step: count for step, count in truth.wants.items() if count > looked.get(step, STAGES[0])}


def truth(measure: Measure, found: Evidence) -> Truth:
    """The truth of a run from its pictures for it."""
    return Truth(tuple(measure.point(step, [planned.path for planned in row]) for step, row in found.rows))


def _worth(scenes: Sequence[float], likenesses: Sequence[float]) -> float:
    return mean_of(scenes) * mean_of(likenesses)


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")
