"""Where edges run, and which way: tells a round face from a square one, and glasses, where colours are the same.

Source: N. Dalal and B. Triggs, Histograms of oriented gradients for human detection, CVPR 2005.
"""

from __future__ import annotations

import numpy as np

from consistent_character.vision.signals.pixels import COLOURS, EDGE, Floats, Mask

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
    histograms = np.zeros(_SIDE**2 * _DIRECTIONS)
    for direction, weight in ((nearest, 1 - share), (nearest + 1, share)):
        places = _CELLS * _DIRECTIONS + direction % _DIRECTIONS
        histograms += np.bincount(places.ravel(), (strengths * weight).ravel(), len(histograms))
    means = histograms.reshape(-1, _DIRECTIONS) * (_SIDE / EDGE) ** 2
    return np.asarray(means / np.sqrt(np.square(means).sum(axis=1, keepdims=True) + _FAINT**2), dtype=np.float32)


def cells_of(person: Mask) -> Floats:
    """What each cell counts of somebody who is seen in `person` `(EDGE, EDGE)`, `(cells,)`, 1 in all."""
    size = EDGE // _SIDE
    shares = person.reshape(_SIDE, size, _SIDE, size).mean(axis=(1, 3)).ravel()
    counted = np.where((shares > _PERSON).any(), shares > _PERSON, shares >= 0)
    return np.asarray(counted / counted.sum(), dtype=np.float32)


_CELLS = np.add.outer(np.arange(EDGE) * _SIDE // EDGE * _SIDE, np.arange(EDGE) * _SIDE // EDGE)
"""The number of each pixel's cell, `(EDGE, EDGE)`."""
