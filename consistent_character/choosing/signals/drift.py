"""How far an embedding has gone from where it began, and from the iteration before it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from consistent_character.choosing.signals.signal import Signal
from consistent_character.engine import Vectors

_SOURCE = (
    "Cosine and distance to the initialization (as CrossInit, arXiv 2312.15905, measures them); 0 is where it began, 1 "
    "is at a right angle or beyond"
)
_MOTION_SOURCE = (
    "Distance to the iteration before, over the length of that one's vectors (after Inspect-Embedding-Training)"
)
_TINY = 1e-12


def drift_signal(vectors: Vectors, beginning: Vectors) -> Signal:
    """One minus the mean cosine between vectors and the words that they began as, 0..1.

    It only informs: a timid run drifts little and has learned nothing, a good one drifts far.

    Args:
        vectors: `(num_vectors, width)`, all finite.
        beginning: the vectors before anything was learned, of the same shape.
    """
    cosine = float(_cosines(vectors, beginning).mean())
    distance = float(_relative(vectors, beginning).mean())
    reason = (
        f"The vectors are {distance:.2f} of a word's length away from the initialization, with a cosine of "
        f"{cosine:.2f} to it."
    )
    return Signal("drift", float(np.clip(1 - cosine, 0, 1)), "neither", reason, _SOURCE)


def motion_signal(vectors: Vectors, before: Vectors, updates: int) -> Signal:
    """How far the vectors went since the iteration before, as a share of their length, 0..1.

    Standing still is bad: something has taken the embedding's place in training, and the rest of the run is the same
    file again and again.

    Args:
        vectors: `(num_vectors, width)`, all finite.
        before: those of the iteration before, of the same shape.
        updates: how many updates lie between.
    """
    moved = float(_relative(vectors, before).mean())
    still = bool(np.array_equal(vectors, before))
    reason = (
        f"Nothing has changed in {updates} updates: it was not trained any more."
        if still
        else f"In {updates} updates the vectors have moved by {moved:.0%} of their length."
    )
    return Signal("motion", min(1.0, moved), "neither", reason, _MOTION_SOURCE, bad=still)


def _cosines(one: Vectors, other: Vectors) -> npt.NDArray[np.float64]:
    a, b = one.astype(np.float64), other.astype(np.float64)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    found: npt.NDArray[np.float64] = (a * b).sum(axis=1) / np.maximum(lengths, _TINY)
    return np.clip(found, -1, 1)


def _relative(one: Vectors, other: Vectors) -> npt.NDArray[np.float64]:
    a, b = one.astype(np.float64), other.astype(np.float64)
    found: npt.NDArray[np.float64] = np.linalg.norm(a - b, axis=1) / np.maximum(np.linalg.norm(b, axis=1), _TINY)
    return found
