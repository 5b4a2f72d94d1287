"""Whether pictures are copies of training images: person, pose and backdrop all together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from consistent_character.choosing.signals.nearness import among, distances
from consistent_character.choosing.signals.signal import Signal
from consistent_character.vision.signals.pixels import Floats

_SOURCE = (
    "Distance to the nearest training image, in blurred Lab, against how near these usually are to each other (after "
    "the nearest-neighbour test for memorization of Carlini et al., arXiv 2301.13188)"
)
_MOST = 0.5
_USUAL = 90.0


class Copying:
    """Tells copies of a training set's blurred pictures; how near these usually are to each other is found once."""

    def __init__(self, training_set: Sequence[Floats]) -> None:
        self._training_set = training_set
        self._usual = float(np.percentile(among(training_set), _USUAL))

    def signal(self, pictures: Sequence[Floats]) -> Signal:
        """The share of blurred pictures that are as near to a training image as these usually are to each other."""
        near = distances(pictures, self._training_set).min(axis=1)
        share = float(np.mean(near <= self._usual))
        reason = (
            f"{share:.0%} of the pictures are as near to a training image as these are to each other "
            f"(nearest {near.min():.1f}, usual {self._usual:.1f} steps of Lab)."
        )
        return Signal("copying", share, "low", reason, _SOURCE, bad=share > _MOST)
