"""From where on a run is overtrained: the tutorial's rule, several in a row and not one bad picture.

A run is cut in two where it fits best: what lies before keeps the scene, what lies after has lost it. A single bad
iteration, or a bad beginning that training on makes good, does not outweigh the many; nor does a lucky one later. A run
whose last iterations keep the scene again has not lost it for good, whatever lies before.

Where seeds do not agree, other seeds would cut elsewhere: the cut is found again in every resample of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from consistent_character.choosing.resampling import Floats, mean_of, resampled

Places = npt.NDArray[np.intp]

Verdict = Literal["undertrained", "good", "overtrained", "unsure"]

SCENE_KEPT = 0.5
"""From here on more of the scene is there than of the training set's backdrop."""
IN_A_ROW = 2
"""So many make several."""
_BACK = 0.55
"""What the last ones must keep in the mean to have come back: a little more, so that chance does not do."""
_AS_GOOD = 1e-9
_BAND = (0.05, 0.95)


@dataclass(frozen=True)
class Onset:
    """The place of the first overtrained iteration among `count`, and how sure that is.

    `place` is `count` where there is none. `confidence` is the share of resamples, 0..1, that cut within one iteration
    of it, or agree that there is none; `prospect` is what it would be with four times as many seeds that read alike.
    `earliest` and `latest` are the places between which 90 % of them cut.
    """

    place: int
    count: int
    confidence: float
    earliest: int
    latest: int
    prospect: float = 1.0

    @property
    def found(self) -> bool:
        """Whether there is any."""
        return self.place < self.count


def onset_of(steps: Sequence[int], scenes: Sequence[float], resamples: Floats) -> Onset:
    """The onset by the mean scenes of all iterations, `(n,)`, and by `resamples` of them, `(r, n)`."""
    place, count = overtrained_from(steps, scenes), len(steps)
    here = count if place is None else place
    others = cuts(steps, resamples)
    means = np.asarray(scenes, dtype=np.float64)
    calmer = cuts(steps, means + (resamples - means) / 2)  # four times as many seeds have half the error
    earliest, latest = (int(bound) for bound in np.quantile(others, _BAND, method="nearest"))
    agreeing, still = (_agreeing(places, here, count) for places in (others, calmer))
    return Onset(here, count, agreeing, min(earliest, here), max(latest, here), still)


def _agreeing(places: Places, here: int, count: int) -> float:
    """The share of cuts that say the same."""
    return float(np.mean((places == count) if here == count else (np.abs(places - here) <= 1) & (places < count)))


def cut_of(steps: Sequence[int], seeds: Sequence[Sequence[float]]) -> Onset:
    """The onset by what the scenes of every seed of every iteration read."""
    resamples = np.stack([resampled(scenes) for scenes in seeds], axis=1)
    return onset_of(steps, [mean_of(scenes) for scenes in seeds], resamples)


def overtrained_from(steps: Sequence[int], scenes: Sequence[float]) -> int | None:
    """The place of the first overtrained iteration; None where there is none.

    `steps` rise and need not be evenly spaced: each iteration speaks for the steps around it. From that place on at
    least two have lost the scene, or the last has; and the last has not come back, or not by enough.
    """
    if not steps:
        return None
    place = int(cuts(steps, np.asarray(scenes, dtype=np.float64)[None])[0])
    return place if place < len(steps) else None


def cuts(steps: Sequence[int], scenes: Floats) -> Places:
    """The place of the first overtrained iteration in each of many runs, `(r, n)` to `(r,)`; `n` where there is none.

    Source: the cumulative sum of E. S. Page, Continuous inspection schemes, Biometrika 41, 1954: the place from which
    the sum of what is missing to `SCENE_KEPT` is largest.
    """
    count = len(steps)
    sums = lost_after(steps, scenes)
    highest = sums.max(axis=1, keepdims=True)
    # The latest of those that fit as well: an alarm needs the better reason.
    places = count - 1 - np.argmax((sums >= highest - _AS_GOOD)[:, ::-1], axis=1)
    lost = scenes < SCENE_KEPT
    after = np.where(np.arange(count) >= places[:, None], lost, False).sum(axis=1)
    several = (after >= IN_A_ROW) | lost[:, -1]
    back = ~lost[:, -1] & (np.clip(scenes[:, -IN_A_ROW:], 0, 1).mean(axis=1) >= _BACK)
    return np.asarray(np.where((highest[:, 0] > _AS_GOOD) & several & ~back, places, count), dtype=np.intp)


def lost_after(steps: Sequence[int], scenes: Floats) -> Floats:
    """For each place, how well a cut there fits, `(r, n)`: what is missing from there on; a run never lost is 0."""
    missing = (SCENE_KEPT - np.clip(scenes, 0, 1)) * _spans(steps)
    return np.asarray(np.cumsum(missing[:, ::-1], axis=1)[:, ::-1])


def _spans(steps: Sequence[int]) -> Floats:
    """How many steps each iteration speaks for: half-way to its neighbours, as far on the open side at the ends."""
    if len(steps) < 2:
        return np.ones(len(steps))
    gaps = np.diff(np.asarray(steps, dtype=np.float64))
    return np.asarray((np.append(gaps[0], gaps) + np.append(gaps, gaps[-1])) / 2)
