"""Is the scene there? 0 is the training set's own backdrop, 1 what the class word draws with the same seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from consistent_character.vision.seeing.style_free import grown
from consistent_character.vision.signals.gauge import Gauge, auc
from consistent_character.vision.signals.pixels import Floats, Mask
from consistent_character.vision.signals.yardstick import NOBODY, Yardstick

_LEAST = (1.5, 1.5, 1.5, 1.5, 1.5)
"""Differences of L, a, b and of the two roughnesses that nobody sees."""
_STRICTNESS = 2.0
"""A scene half faded is mostly lost: it is not what was asked for."""
_CLEAR_AUC = 0.9
_ALIKE = 1e-6
"""Distances below this are none."""
_CLEAR_CONTRAST = 2.5
"""Painted walls reach 1.8 times their usual distance from each other; the cartoon world's scenes begin at 10."""
_FEWEST = 2
"""Baseline pictures needed."""
_OUTLINE = 3
"""Pixels around a person whose descriptors the person has a part in."""
_LEAST_PIXELS = 70
"""Backdrop that must be left beside the person: a thirtieth of the picture."""


@dataclass(frozen=True)
class People:
    """Where somebody is, `(EDGE, EDGE)`, for each picture of the two sets and in their order; None: nobody was seen."""

    training_set: Sequence[Mask | None]
    baseline: Sequence[Mask | None]

    @property
    def fill_the_frame(self) -> bool:
        """Whether most pictures of the training set that show somebody leave hardly anything beside the person."""
        left = [beside(person).sum() for person in self.training_set if person is not None]
        return bool(left) and float(np.median(left)) < _LEAST_PIXELS


def beside(person: Mask) -> Mask:
    """Where a picture shows nothing of the person: a little away from the outline, which both have a part in."""
    return np.asarray(~grown(person, _OUTLINE), dtype=np.bool_)


@dataclass(frozen=True)
class SceneSeparation:
    """How well the class word's scene is told from the training set's backdrop, every picture read without itself.

    `auc` is the chance that a picture of the class word lies farther from the training set's backdrop than one of the
    training set does (.5 is guessing); `contrast` is how many times as far.
    """

    auc: float
    contrast: float


class SceneSignal:
    """Reads how much of the backdrop region shows the scene.

    Pictures are described pixels (`pixels.described`). `baseline` are the class word's pictures, one a seed.
    `usable` says for each seed whether the base model drew the scene at all: where it did not, an iteration that does
    not either has lost nothing.

    `region` is where pictures of this framing show their backdrop. With `people`, each picture is read wherever nobody
    is in it; by the region only where nobody was seen, or the person leaves nothing else.
    """

    def __init__(
        self,
        training_set: Sequence[Floats],
        baseline: Sequence[Floats],
        region: Mask,
        people: People | None = None,
    ) -> None:
        self._region = region
        nobody = People([None] * len(training_set), [None] * len(baseline))
        behind = people or nobody
        walls = [self._backdrop(*both) for both in zip(training_set, behind.training_set, strict=True)]
        scenes = [self._backdrop(*both) for both in zip(baseline, behind.baseline, strict=True)]
        yardstick = Yardstick(walls, scenes, _LEAST)
        # The median pixel: hair that reaches into the region is not taken for a scene.
        plain = [yardstick.distance_from_zero(wall, number) for number, wall in enumerate(walls)]
        # Walls of one flat colour do not differ at all; any scene is then far away.
        usual = max(float(np.median(plain)), _ALIKE)
        drawn = np.array([yardstick.distance_from_zero(scene) for scene in scenes]) / usual
        self.usable = tuple(bool(far) for far in drawn >= _CLEAR_CONTRAST)
        self.separation = SceneSeparation(auc(plain, (drawn * usual).tolist()), float(np.median(drawn)))
        counting = [number for number in range(len(scenes)) if self.counts(number)]
        self._owners = {number: owner for owner, number in enumerate(counting)}
        self._gauge = Gauge(walls, [scenes[number] for number in counting], _LEAST, _STRICTNESS)

    @property
    def cannot_tell(self) -> str:
        """Why no reading means anything; empty if they do."""
        drawn = sum(self.usable)
        if self.separation.auc >= _CLEAR_AUC and drawn >= max(_FEWEST, len(self.usable) / 2):
            return ""
        if drawn == len(self.usable):
            return self._cannot_tell("it cannot be told from the training set's backdrop")
        return self._cannot_tell(f"only {drawn} of {len(self.usable)} seeds show one with the class word")

    def _cannot_tell(self, why: str) -> str:
        return (
            f"Cannot tell, because the base model does not draw the scene: {why} (AUC {self.separation.auc:.2f}, where "
            "0.5 is guessing). Take another place, or a checkpoint that draws it."
        )

    def counts(self, seed: int) -> bool:
        """Whether the pictures of the `seed`-th seed are to be counted; all are where nothing can be told anyway."""
        return self.usable[seed] or bool(self.cannot_tell)

    def read(self, picture: Floats, seed: int, person: Mask | None = None) -> float:
        """How much of the scene is there in the picture of the `seed`-th seed; about 0..1, not clipped.

        It is not compared with the baseline of its own seed, as that was not compared with itself. `person`
        `(EDGE, EDGE)` is where somebody was seen in it.
        """
        return self._gauge.read(self._backdrop(picture, person), one_owner=self._owners.get(seed, NOBODY))

    def _backdrop(self, picture: Floats, person: Mask | None) -> Floats:
        if person is not None:
            behind = beside(person)
            if behind.sum() >= _LEAST_PIXELS:
                return picture[behind]
        return picture[self._region]
