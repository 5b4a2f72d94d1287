"""Whether the vectors of one embedding say different things, or all the same."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from consistent_character.choosing.signals.signal import Signal
from consistent_character.engine import Vectors

_SOURCE = (
    "Effective rank of the vectors' directions: Roy and Vetterli, The effective rank: a measure of effective "
    "dimensionality, EUSIPCO 2007; 0 is all different, 1 all alike"
)
_TINY = 1e-12


def collapse_signal(vectors: Vectors) -> Signal:
    """How many of an embedding's vectors are one too many, 0..1.

    It only informs: where all begin as the same word they are alike at first, and part as they learn.

    Args:
        vectors: `(num_vectors, width)`, all finite.
    """
    count = len(vectors)
    if count < 2:
        return Signal("collapse", 0.0, "neither", "There is one vector: it has none to be like.", _SOURCE)
    effective = effective_number(vectors)
    value = float(np.clip(1 - (effective - 1) / (count - 1), 0, 1))
    reason = (
        f"The {count} vectors say as many different things as {effective:.1f} would that have nothing in common; "
        f"the usual two have a cosine of {_usual(vectors):.2f}."
    )
    return Signal("collapse", value, "neither", reason, _SOURCE)


def effective_number(vectors: Vectors) -> float:
    """How many vectors at right angles would be as different as these: 1 to `num_vectors`."""
    shares = np.linalg.svd(_directions(vectors), compute_uv=False)
    shares = shares / max(float(shares.sum()), _TINY)
    kept = shares[shares > _TINY]
    return float(np.exp(-(kept * np.log(kept)).sum()))


def _usual(vectors: Vectors) -> float:
    """The mean cosine between two of them."""
    directions = _directions(vectors)
    products = directions @ directions.T
    return float(products[~np.eye(len(vectors), dtype=bool)].mean())


def _directions(vectors: Vectors) -> npt.NDArray[np.float64]:
    plain = vectors.astype(np.float64)
    found: npt.NDArray[np.float64] = plain / np.maximum(np.linalg.norm(plain, axis=1, keepdims=True), _TINY)
    return found
