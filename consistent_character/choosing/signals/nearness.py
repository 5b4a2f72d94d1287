"""How far pictures are from each other as a whole: small, blurred, in Lab."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from consistent_character.vision.signals.pixels import COLOURS, EDGE, Floats

_SMALL = 16
"""At this size a picture is its composition and its colours."""


def blurred(pixels: Floats) -> Floats:
    """Described pixels `(EDGE, EDGE, 5)` as the mean colours of 16 x 16 fields, `(16, 16, 3)`."""
    side = EDGE // _SMALL
    fields = pixels[..., :COLOURS].reshape(_SMALL, side, _SMALL, side, COLOURS)
    return np.asarray(fields.mean(axis=(1, 3)), dtype=np.float32)


def distance(one: Floats, other: Floats) -> float:
    """The mean difference of two blurred pictures, in steps of Lab; 2 is seen, 20 is another picture."""
    return float(np.linalg.norm(one - other, axis=-1).mean())


def nearest(picture: Floats, others: Sequence[Floats]) -> float:
    """The distance of a blurred picture to the nearest of the others."""
    stacked = np.stack(others)
    return float(np.linalg.norm(stacked - picture, axis=-1).mean(axis=(1, 2)).min())


def among(pictures: Sequence[Floats]) -> list[float]:
    """For each blurred picture the distance to the nearest other one."""
    return [
        nearest(picture, [other for number, other in enumerate(pictures) if number != place])
        for place, picture in enumerate(pictures)
    ]
