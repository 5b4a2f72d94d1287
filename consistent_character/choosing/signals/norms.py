"""How long an embedding's vectors are: ones much longer than any word drown the rest of the prompt."""

from __future__ import annotations

import math

import numpy as np

from consistent_character.choosing.signals.signal import Signal
from consistent_character.engine import Vectors

_SOURCE = (
    "Length of each vector over the median of the model's vocabulary (CrossInit, arXiv 2312.15905, sees up to 100 "
    "times; DTI, arXiv 2512.13672, more than 20; Inspect-Embedding-Training warns from about 18)"
)
_TOO_LONG = 20.0
"""Times the median: all three sources call this spoilt. Most overtrained embeddings are far below it."""


def norms_signal(vectors: Vectors, vocabulary: Vectors) -> Signal:
    """How long the longest vector is, on a scale of its logarithm: 0 as the usual word, 1 twenty times as long.

    Args:
        vectors: `(num_vectors, width)`, all finite.
        vocabulary: the lengths of the model's own vectors, `(tokens,)`.
    """
    usual = float(np.median(vocabulary))
    ratios = np.linalg.norm(vectors.astype(np.float64), axis=1) / usual
    longest, mean = float(ratios.max()), float(ratios.mean())
    value = min(1.0, max(0.0, math.log(max(longest, 1.0)) / math.log(_TOO_LONG)))
    among = float((np.asarray(vocabulary) / usual >= longest).mean())
    reason = f"The vectors are {mean:.1f} times as long as the usual word, the longest {longest:.1f} times; " + (
        f"{among:.1%} of the model's own words are as long." if among else "none of the model's own words is as long."
    )
    return Signal("norms", value, "low", reason, _SOURCE, bad=longest >= _TOO_LONG)
