"""A calibrated reading: two sets of pictures of the run itself read 0 and 1; and how well it tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from consistent_character.vision.signals.yardstick import NOBODY, Floats, Yardstick

CLEAR_GAP = 0.1
"""Two sets that differ by less before calibration differ by grain only."""


@dataclass(frozen=True)
class Separation:
    """How well a reading tells its two sets apart, every picture read without itself.

    `auc` is the chance that a picture of the set that is 1 reads higher than one of the set that is 0 (.5 is guessing);
    `gap` is the distance of their means before calibration, 0..1.
    """

    auc: float
    gap: float

    def clear(self, least_auc: float) -> bool:
        """Whether readings mean anything."""
        return self.auc >= least_auc and self.gap >= CLEAR_GAP


class Gauge:
    """A yardstick and what its two sets themselves read on it, each picture left out in turn."""

    def __init__(
        self, zero: Sequence[Floats], one: Sequence[Floats], least: Sequence[float], strictness: float = 1.0
    ) -> None:
        self._yardstick = Yardstick(zero, one, least, strictness)
        self.zeros = tuple(self._yardstick.read(pixels, zero_owner=n) for n, pixels in enumerate(zero))
        self.ones = tuple(self._yardstick.read(pixels, one_owner=n) for n, pixels in enumerate(one))
        self._low = float(np.mean(self.zeros))
        self._gap = float(np.mean(self.ones)) - self._low

    @property
    def separation(self) -> Separation:
        """How well it tells the two sets apart."""
        return Separation(auc(self.zeros, self.ones), self._gap)

    def read(self, pixels: Floats, zero_owner: int = NOBODY, one_owner: int = NOBODY) -> float:
        """The reading, 0 as the set that is 0 reads on average and 1 as the other; a single picture may lie outside."""
        raw = self._yardstick.read(pixels, zero_owner, one_owner)
        # Where the sets are alike the scale would be blown up to noise.
        return (raw - self._low) / max(self._gap, CLEAR_GAP)


def auc(zeros: Sequence[float], ones: Sequence[float]) -> float:
    """The chance that one of `ones` is larger than one of `zeros`, ties counting half.

    Source: H. B. Mann and D. R. Whitney, On a test of whether one of two random variables is stochastically larger than
    the other, 1947.
    """
    low, high = np.asarray(zeros)[:, None], np.asarray(ones)[None, :]
    return float((low < high).mean() + (low == high).mean() / 2)
