"""Whether an embedding's file can be read, and holds nothing but numbers."""

from __future__ import annotations

import numpy as np

from consistent_character.choosing.signals.signal import Signal
from consistent_character.engine import Vectors

_SOURCE = "The file itself: NaN, infinite numbers, zeros"


def finite_signal(vectors: Vectors) -> Signal:
    """The share of numbers that are numbers, 1 is all of them.

    Args:
        vectors: `(num_vectors, width)`.
    """
    finite = np.isfinite(vectors)
    share = float(finite.mean())
    if share < 1:
        reason = (
            f"{int((~finite).sum())} of {finite.size} numbers in the file are none (NaN or infinite): it draws noise."
        )
        return Signal("finite", share, "high", reason, _SOURCE, bad=True)
    if not vectors.any():
        return Signal("finite", 1.0, "high", "All numbers in the file are 0: it says nothing.", _SOURCE, bad=True)
    return Signal("finite", 1.0, "high", f"All {finite.size} numbers in the file are finite.", _SOURCE)


def unreadable_signal(why: str) -> Signal:
    """For a file that cannot be read; `why` says so in words."""
    return Signal("finite", 0.0, "high", why, _SOURCE, bad=True)
