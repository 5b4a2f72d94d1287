"""Pictures as described pixels, and which of them show the backdrop and which the person.

Where the training set shows its wall, there a picture of the same framing must show its scene; where it hardly ever
does, there the person is. So the training set itself says where to look, whatever the style, and nothing has to
recognise a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from consistent_character.vision import features

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

EDGE = features.FEATURE_EDGE
"""Pictures are looked at this size, in pixels."""
COLOURS = 3
"""The first descriptors of a pixel are L, a and b."""

_ROUGH_LIMIT = 20.0
_WALL_REACH = 5.0
_WALL_SPREAD = (2.0, 12.0)
_MOSTLY_WALL = 0.6
_HARDLY_WALL = 0.2
_LEAST_PIXELS = 40


def described(rgb: Floats) -> Floats:
    """Every pixel's L, a, b, roughness of L and roughness of a and b around it, `(EDGE, EDGE, 5)`.

    Roughness of L is its mean |second difference| over 5 x 5 pixels, blind to any smooth fall of light; that of a and b
    is the mean length of their gradient.
    """
    lab = features.to_lab(features.resized(rgb, EDGE))
    bends = np.zeros(lab.shape[:2])
    bends[:, 1:-1] += np.abs(np.diff(lab[..., 0], n=2, axis=1))
    bends[1:-1] += np.abs(np.diff(lab[..., 0], n=2, axis=0))
    steps = np.hypot(*(sum(np.abs(slope) for slope in np.gradient(lab[..., channel])) for channel in (1, 2)))
    # A limit, so that one hard edge, the person's outline among them, does not drown everything around it.
    rough = [_smoothed(np.minimum(plane, _ROUGH_LIMIT), 2) for plane in (bends, steps)]
    return np.asarray(np.dstack([lab, *rough]), dtype=np.float32)


def positioned(pixels: Floats, reach: float) -> Floats:
    """Colours and places of described pixels, `(EDGE, EDGE, 5)`; `reach`, a share of the picture, is 1 in a place."""
    y, x = (np.mgrid[:EDGE, :EDGE] + 0.5) / EDGE / reach
    return np.asarray(np.dstack([pixels[..., :COLOURS], x, y]), dtype=np.float32)


def in_planes(pixels: Floats) -> Floats:
    """Pixels `(..., height, width, 3)` colour by colour, `(3, ..., height * width)`: numpy likes long rows."""
    return np.ascontiguousarray(np.moveaxis(pixels.reshape(*pixels.shape[:-3], -1, COLOURS), -1, 0))


def in_fields(planes: Floats | Mask, side: int) -> Floats:
    """The means `(side, side, n)` of planes `(EDGE, EDGE, n)` over `side` x `side` fields of the same size."""
    size = EDGE // side
    fields = np.asarray(planes, dtype=np.float32).reshape(side, size, side, size, -1)
    return np.asarray(fields.mean(axis=(1, 3)), dtype=np.float32)


def _smoothed(plane: npt.NDArray[np.float64], reach: int) -> npt.NDArray[np.float64]:
    """The mean of the neighbourhood, across and then down: a tenth of the work."""
    size = 2 * reach + 1
    padded = np.pad(plane, reach, mode="edge")
    for _ in plane.shape:
        shifted = (padded[start : len(padded) - size + 1 + start] for start in range(size))
        padded = reduce(np.add, shifted).T / size
    return padded


def _neighbourhood(plane: npt.NDArray[np.float64] | Floats, reach: int) -> npt.NDArray[np.float64]:
    padded = np.pad(plane, reach, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, (2 * reach + 1, 2 * reach + 1))


@dataclass(frozen=True)
class Regions:
    """Where to look. `backdrop` and `person` are masks `(EDGE, EDGE)`; they do not meet.

    `crowded` is whether the person leaves hardly any backdrop to look at.
    """

    backdrop: Mask
    person: Mask
    crowded: bool = False


def learn_regions(training_set: Sequence[Floats], same_framing: Sequence[Floats]) -> Regions:
    """Where pictures of one framing show backdrop and person.

    `training_set` are all its pictures, described: they say what the wall looks like. `same_framing` are those of the
    zoom asked for: they say where it is seen. Hair that may be there or not belongs to neither region.
    """
    walls = np.mean(wall_maps(training_set, same_framing), axis=0)
    # The outline is mixed of both, at this size a pixel wide.
    inner = _neighbourhood(walls * _backdrop_prior(), 1).min(axis=(-2, -1))
    backdrop = inner > _MOSTLY_WALL
    crowded = bool(backdrop.sum() < _LEAST_PIXELS)
    if crowded:
        backdrop = _best_pixels(inner + 1e-3 * _frame())
    person = features.centre_ellipse(EDGE, EDGE) & (walls < _HARDLY_WALL)
    if person.sum() < _LEAST_PIXELS:
        person = features.centre_ellipse(EDGE, EDGE) & ~backdrop
    return Regions(np.asarray(backdrop, dtype=np.bool_), np.asarray(person, dtype=np.bool_), crowded)


def wall_maps(training_set: Sequence[Floats], pictures: Sequence[Floats]) -> list[Mask]:
    """For each picture, where its colour is that of the wall: the usual colour along the frame of all pictures."""
    colours = np.concatenate([picture[_frame()][:, :COLOURS] for picture in training_set])
    usual = np.median(colours, axis=0)
    spread = np.clip(1.4826 * np.median(np.abs(colours - usual), axis=0) + _WALL_SPREAD[0], None, _WALL_SPREAD[1])
    return [np.linalg.norm((picture[..., :COLOURS] - usual) / spread, axis=-1) < _WALL_REACH for picture in pictures]


def _frame() -> Mask:
    """The outermost pixels of the upper half: the last place where a person would be."""
    y, x = np.mgrid[:EDGE, :EDGE]
    side = np.minimum(x, EDGE - 1 - x)
    return np.asarray(((side < 0.06 * EDGE) | (y < 0.06 * EDGE)) & (y < 0.5 * EDGE), dtype=np.bool_)


def _backdrop_prior() -> Mask:
    """Where a backdrop can be seen at all in a portrait: beside the centre ellipse and above the shoulders."""
    y = (np.arange(EDGE) + 0.5)[:, None] / EDGE
    return np.asarray((y < 0.7) & ~features.centre_ellipse(EDGE, EDGE), dtype=np.bool_)


def _best_pixels(weights: npt.NDArray[np.float64]) -> Mask:
    return np.asarray(weights >= np.partition(weights.ravel(), -_LEAST_PIXELS)[-_LEAST_PIXELS], dtype=np.bool_)
