"""Whose face is it? 0 is whom the class word draws, 1 the training set among itself, as a model tells faces apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from consistent_character.vision.signals.gauge import CLEAR_GAP, Separation, auc

Floats = npt.NDArray[np.float32]

_FEWEST = 2
"""Faces that either set must show."""
_CLEAR_AUC = 0.75
"""One stranger of four may well look like the character."""


@dataclass(frozen=True)
class Identities:
    """Faces as vectors, one for each picture of the two sets and in their order; None: no face was seen."""

    training_set: Sequence[Floats | None]
    baseline: Sequence[Floats | None]


class IdentityGauge:
    """Reads how near a face is to the training set's: its mean distance to them, between the two sets' own.

    A picture of the training set is compared with the others only.
    """

    def __init__(self, faces: Identities) -> None:
        self._known = np.stack([face for face in faces.training_set if face is not None])
        strangers = [self._nearness(face) for face in faces.baseline if face is not None]
        own = [self._nearness(face, number) for number, face in enumerate(self._known)]
        self._low = float(np.mean(strangers))
        self._gap = float(np.mean(own)) - self._low
        self.separation = Separation(auc(strangers, own), self._gap)

    def read(self, face: Floats) -> float:
        """0 as the class word's people read on average, 1 as the training set does; about 0..1, not clipped."""
        return (self._nearness(face) - self._low) / max(self._gap, CLEAR_GAP)

    def _nearness(self, face: Floats, left_out: int = -1) -> float:
        others = np.delete(self._known, left_out, axis=0) if left_out >= 0 else self._known
        return -float(np.linalg.norm(others - face, axis=1).mean())


def told_apart(faces: Identities) -> IdentityGauge | None:
    """What reads a face; None where too few are seen, or the class word's people are not told from the character."""
    if any(sum(face is not None for face in row) < _FEWEST for row in (faces.training_set, faces.baseline)):
        return None
    gauge = IdentityGauge(faces)
    return gauge if gauge.separation.clear(_CLEAR_AUC) else None
