"""How sure a mean over a few seeds is: the same seeds drawn again and again, with replacement, for every iteration.

Source: B. Efron, Bootstrap methods: another look at the jackknife, 1979.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RESAMPLES = 2000
SURE = 0.9
"""Share of resamples that must agree where one answer is told about a whole run."""
_BAND = (5.0, 95.0)


def resampled(values: Sequence[float], most: float = 1.0) -> Floats:
    """The mean of every resample of `values`, within 0 and `most`, `(RESAMPLES,)`.

    Means of as many values are of the same draws of places, so that they are paired; nothing is drawn anew each time.
    """
    count = len(values)
    drawn = np.random.default_rng(0).integers(0, count, (RESAMPLES, count))
    means = np.asarray(values, dtype=np.float64)[drawn].mean(axis=1)
    return np.asarray(np.clip(means, 0, most))


def mean_of(values: Sequence[float], most: float = 1.0) -> float:
    """The mean, within 0 and `most`."""
    return float(np.clip(np.mean(values), 0, most))


def band(means: Floats) -> tuple[float, float]:
    """Where 90 % of the resampled means lie."""
    low, high = np.percentile(means, _BAND)
    return float(low), float(high)
