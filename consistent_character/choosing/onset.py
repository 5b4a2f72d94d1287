"""From where on a run is overtrained: the tutorial's rule, several in a row and not one bad picture.

A run is cut in two where it fits best: what lies before keeps the scene, what lies after has lost it. A single bad
iteration, or a bad beginning that training on makes good, does not outweigh the many; nor does a lucky one later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

Verdict = Literal["undertrained", "good", "overtrained", "unsure"]

SCENE_KEPT = 0.5
"""From here on more of the scene is there than of the training set's backdrop."""
IN_A_ROW = 2
"""So many make several."""
_AS_GOOD = 1e-9


def overtrained_from(steps: Sequence[int], scenes: Sequence[float]) -> int | None:
    """The place of the first overtrained iteration; None where there is none.

    `steps` rise and need not be evenly spaced: each iteration speaks for the steps around it. From that place on at
    least two have lost the scene, or the last has.

    Source: the cumulative sum of E. S. Page, Continuous inspection schemes, Biometrika 41, 1954: the place from which
    the sum of what is missing to `SCENE_KEPT` is largest.
    """
    sums = lost_after(steps, scenes)
    highest = float(sums.max(initial=0.0))
    if highest <= _AS_GOOD:
        return None
    # The latest of those that fit as well: an alarm needs the better reason.
    place = int(np.flatnonzero(sums >= highest - _AS_GOOD)[-1])
    lost = [scene < SCENE_KEPT for scene in scenes[place:]]
    return place if sum(lost) >= IN_A_ROW or lost[-1] else None


def lost_after(steps: Sequence[int], scenes: Sequence[float]) -> npt.NDArray[np.float64]:
    """For each place, how well a cut there fits, `(n,)`: what is missing from there on; 0 is a run that never loses."""
    missing = (SCENE_KEPT - np.clip(np.asarray(scenes, dtype=np.float64), 0, 1)) * _spans(steps)
    return np.asarray(np.cumsum(missing[::-1])[::-1])


def _spans(steps: Sequence[int]) -> npt.NDArray[np.float64]:
    """How many steps each iteration speaks for: half-way to its neighbours, as far on the open side at the ends."""
    if len(steps) < 2:
        return np.ones(len(steps))
    gaps = np.diff(np.asarray(steps, dtype=np.float64))
    return np.asarray((np.append(gaps[0], gaps) + np.append(gaps, gaps[-1])) / 2)
