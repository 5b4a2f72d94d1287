"""How far pictures are from each other as a whole: small, blurred, in Lab."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from consistent_character.vision.signals.pixels import COLOURS, Floats, in_fields, in_planes

_SMALL = 16
"""At this size a picture is its composition and its colours."""


def blurred(pixels: Floats) -> Floats:
    """Described pixels `(EDGE, EDGE, 5)` as the mean colours of 16 x 16 fields, `(16, 16, 3)`."""
    return in_fields(pixels[..., :COLOURS], _SMALL)


def distance(one: Floats, other: Floats) -> float:
    """The mean difference of two blurred pictures, in steps of Lab; 2 is seen, 20 is another picture."""
    return float(np.linalg.norm(one - other, axis=-1).mean())


def distances(these: Sequence[Floats], those: Sequence[Floats]) -> Floats:
    """Of each blurred picture to each of the others, `(these, those)`."""
    there = in_planes(np.stack(those))
    rows = []
    for picture in np.moveaxis(in_planes(np.stack(these)), 1, 0):
        apart = there - picture[:, None]
        rows.append(np.sqrt(np.einsum("cpf,cpf->pf", apart, apart)).mean(axis=-1))
    return np.stack(rows)


def among(pictures: Sequence[Floats]) -> list[float]:
    """For each blurred picture the distance to the nearest other one."""
    apart = distances(pictures, pictures)
    np.fill_diagonal(apart, np.inf)
    return [float(found) for found in apart.min(axis=1)]
