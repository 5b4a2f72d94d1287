"""Where edges run, and which way: tells a round face from a square one, and glasses, where colours are the same.

Source: N. Dalal and B. Triggs, Histograms of oriented gradients for human detection, CVPR 2005.
"""

from __future__ import annotations

import numpy as np

from consistent_character.vision.signals.pixels import COLOURS, EDGE, Floats, Mask, in_fields

_SIDE = 12
"""Edges are gathered in 12 x 12 cells."""
_DIRECTIONS = 6
_STRONG = 20.0
"""Changes of colour a pixel, in Lab; a stronger edge is no more of an edge."""
_FAINT = 2.0
"""Changes that are grain: a cell of nothing else counts little."""
_PERSON = 0.1
"""Share of a cell that must be person for it to count: the outline is its edge too."""


def oriented_gradients(picture: Floats) -> Floats:
    """How strong the edges of each direction are in every cell of described pixels, `(cells, directions)`.

    Each cell's is a vector of length one at the most, and shorter where there are hardly any edges.
    """
    down, across = np.gradient(np.asarray(picture[..., :COLOURS], dtype=np.float32), axis=(0, 1))
    strengths = np.hypot(down, across)
    clearest = strengths.argmax(axis=-1)[..., None]  # the one colour channel that tells most
    down, across, strengths = (
        np.take_along_axis(plane, clearest, axis=-1)[..., 0] for plane in (down, across, strengths)
    )
    turned = (np.arctan2(down, across) / np.pi % 1) * _DIRECTIONS
    nearest = np.floor(turned).astype(np.intp)
    share = turned - nearest
    strengths = np.minimum(strengths, _STRONG)
    planes = np.zeros((EDGE, EDGE, _DIRECTIONS), dtype=np.float32)
    for direction, weight in ((nearest, 1 - share), (nearest + 1, share)):
        np.put_along_axis(planes, direction[..., None] % _DIRECTIONS, (strengths * weight)[..., None], axis=-1)
    means = in_fields(planes, _SIDE).reshape(-1, _DIRECTIONS)
    return np.asarray(means / np.sqrt(np.square(means).sum(axis=1, keepdims=True) + _FAINT**2), dtype=np.float32)


def cells_of(person: Mask) -> Floats:
    """What each cell counts of somebody who is seen in `person` `(EDGE, EDGE)`, `(cells,)`, 1 in all."""
    shares = in_fields(person, _SIDE).ravel()
    counted = np.where((shares > _PERSON).any(), shares > _PERSON, shares >= 0)
    return np.asarray(counted / counted.sum(), dtype=np.float32)
