"""How much pictures of other seeds differ: an overtrained embedding draws one picture again and again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from consistent_character.choosing.signals.nearness import distances
from consistent_character.choosing.signals.signal import Signal
from consistent_character.vision.signals.pixels import Floats

_SOURCE = "Mean difference between seeds in blurred Lab, against the class word's (as DreamBooth measures diversity)"
_LEAST = 0.25
_NOTHING = 1e-6


def variety_signal(pictures: Sequence[Floats], baseline: Sequence[Floats]) -> Signal:
    """The mean difference between blurred pictures of different seeds, as a share of the class word's, at most 1.

    `pictures` and `baseline` hold at least two each.
    """
    share = min(1.0, _spread(pictures) / max(_spread(baseline), _NOTHING))
    reason = f"The pictures of different seeds differ by {share:.0%} of what the class word's do."
    return Signal("variety", share, "high", reason, _SOURCE, bad=share < _LEAST)


def _spread(pictures: Sequence[Floats]) -> float:
    return float(distances(pictures, pictures)[np.triu_indices(len(pictures), 1)].mean())
