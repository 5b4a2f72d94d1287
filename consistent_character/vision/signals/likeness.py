"""Is it the character? 0 is whom the class word draws with the same seeds, 1 the training set among itself."""

from __future__ import annotations

from collections.abc import Sequence

from consistent_character.vision.signals.gauge import Gauge, Separation
from consistent_character.vision.signals.pixels import Floats, Mask, positioned

_CLEAR_AUC = 0.75
"""One stranger of four may well look like the character."""
_REACH = 0.05
"""Moving by this share of the picture makes a pixel as different as another usual colour does."""
_LEAST = (1.5, 1.5, 1.5)
"""Differences of L, a and b that nobody sees."""


class LikenessSignal:
    """Reads how much of the person is as the training set shows it: colours, where they belong.

    Pictures are described pixels (`pixels.described`). `training_set` are pictures of the framing asked for, `baseline`
    the class word's pictures, one a seed.
    """

    def __init__(self, training_set: Sequence[Floats], baseline: Sequence[Floats], region: Mask) -> None:
        self._region = region
        strangers, character = ([self._seen(picture) for picture in pictures] for pictures in (baseline, training_set))
        self._gauge = Gauge(strangers, character, _LEAST)

    @property
    def separation(self) -> Separation:
        """How well the class word's people are told from the character."""
        return self._gauge.separation

    @property
    def cannot_tell(self) -> str:
        """Why no reading means anything; empty if they do."""
        if self.separation.clear(_CLEAR_AUC):
            return ""
        return (
            "Cannot tell how like the character they are: the class word draws people who look just like the training "
            f"set (AUC {self.separation.auc:.2f}, where 0.5 is guessing)."
        )

    def read(self, picture: Floats, seed: int) -> float:
        """How like the character the picture of the `seed`-th seed is; about 0..1, not clipped."""
        return self._gauge.read(self._seen(picture), zero_owner=seed)

    def _seen(self, picture: Floats) -> Floats:
        return positioned(picture, _REACH)[self._region]
