"""Whether pictures show what the prompt asks for, as a model of pictures and texts (CLIP) sees it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from consistent_character.choosing.resampling import band, resampled
from consistent_character.choosing.signals.signal import Signal
from consistent_character.engine import Vectors
from consistent_character.vision.signals.gauge import auc

_SOURCE = (
    "Cosine between a picture and the prompt with the class word in CLIP (CLIPScore, arXiv 2104.08718); 0 is the "
    "training pictures, 1 what the class word draws with the same seeds"
)
_CLEAR_AUC = 0.75


def adherence_signals(
    similarities: Mapping[int, Vectors], training_set: Vectors, baseline: Vectors, by: str
) -> dict[int, Signal]:
    """How much of what the prompt asks for each iteration's pictures show, by its step.

    It only informs: CLIP sees the place and the kind of picture, and hardly who is in it. There are none where it does
    not tell the class word's pictures from the training set's.

    Args:
        similarities: of each iteration's pictures with the prompt, by step, `(seeds,)` each.
        training_set: of the training pictures with the same prompt, `(pictures,)`.
        baseline: of the class word's pictures, `(seeds,)`.
        by: the model, for people.
    """
    low, gap = float(training_set.mean()), float(baseline.mean() - training_set.mean())
    if gap <= 0 or auc(training_set.tolist(), baseline.tolist()) < _CLEAR_AUC:
        return {}
    return {step: _signal((found - low) / gap, float(found.mean()), by) for step, found in similarities.items()}


def _signal(shares: Vectors, cosine: float, by: str) -> Signal:
    value = float(np.clip(shares.mean(), 0, 1))
    reason = f"{value:.0%} of what sets the class word's pictures apart for {by} is there (cosine {cosine:.3f})."
    return Signal("adherence", value, "high", reason, _SOURCE, *band(resampled(shares.tolist())))
