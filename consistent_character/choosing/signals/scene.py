"""Is the scene there? 0 is the training set's own backdrop, 1 the scene as the class word draws it with the same seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from consistent_character.choosing.signals.gauge import Gauge, Separation
from consistent_character.choosing.signals.pixels import Floats, Mask

_LEAST = (1.5, 1.5, 1.5, 1.5, 1.5)
"""Differences of L, a, b and of the two roughnesses that nobody sees."""
_CLEAR_AUC = 0.9
"""A wall and a place look so different that no less will do."""
_FAILED = 0.5
"""A baseline picture that shows less than this share of what the others show has not drawn the scene."""
_FEWEST = 2
"""Baseline pictures needed."""


class SceneSignal:
    """Reads how much of the backdrop region shows the scene.

    Pictures are described pixels (`pixels.described`). `baseline` are the class word's pictures, one a seed.
    `usable` says for each seed whether the base model drew the scene at all: where it did not, an iteration that does
    not either has lost nothing.
    """

    def __init__(self, training_set: Sequence[Floats], baseline: Sequence[Floats], region: Mask) -> None:
        self._region = region
        walls, scenes = [picture[region] for picture in training_set], [picture[region] for picture in baseline]
        self._gauge = Gauge(walls, scenes, _LEAST)
        ones = np.array(self._gauge.ones)
        self.usable = tuple(bool(drawn) for drawn in ones >= _FAILED * np.median(ones))
        self._places = np.cumsum(self.usable) - 1
        if not all(self.usable):
            self._gauge = Gauge(walls, [scene for scene, drawn in zip(scenes, self.usable, strict=True) if drawn], _LEAST)

    @property
    def separation(self) -> Separation:
        """How well training set and baseline are told apart."""
        return self._gauge.separation

    @property
    def cannot_tell(self) -> str:
        """Why no reading means anything; empty if they do."""
        drawn = f"{sum(self.usable)} of {len(self.usable)} seeds"
        if sum(self.usable) < max(_FEWEST, len(self.usable) / 2):
            return f"Cannot tell, because the base model does not draw the scene: only with {drawn}."
        if not self.separation.clear(_CLEAR_AUC):
            return (
                "Cannot tell, because the base model does not draw the scene: what it draws for the class word cannot be "
                f"told from the training set's backdrop (AUC {self.separation.auc:.2f}, where 0.5 is guessing)."
            )
        return ""

    def read(self, picture: Floats, seed: int) -> float:
        """How much of the scene is there in the picture of the `seed`-th seed; about 0..1, not clipped.

        It is not compared with the baseline of its own seed, as that was not compared with itself.
        """
        own = int(self._places[seed]) if self.usable[seed] else -1
        return self._gauge.read(picture[self._region], one_owner=own)
