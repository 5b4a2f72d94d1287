"""Measures pictures between two sets of pictures: 0 is what one set shows, 1 is what the other shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

NOBODY = -1
"""The owner of no pixel: a picture that belongs to neither set."""

_POOL = 1500
_NEIGHBOUR = 0.01
_SMALL = 1e-6
_ELSEWHERE = 7.0
"""A pixel that makes the way between the sets longer by so many standard deviations belongs to neither."""
_OUT_OF_REACH = 1e30
"""Squares of distances that are farther than any; infinity would come out of a product as no number."""
_GROUPS = 3
"""Groups for each of the smallest that are looked for."""


@dataclass(frozen=True)
class _Pool:
    """Pixels `(n, descriptors)` of a set of pictures, and the number of the picture that each is from."""

    pixels: Floats
    owners: npt.NDArray[np.intp]

    def over(self, scale: Floats) -> _Pool:
        """The same in other units."""
        return _Pool(self.pixels / scale, self.owners)

    def nearest(self, pixels: Floats, skipped: int) -> _Nearest:
        """Those here that are nearest to each of `(m, descriptors)`, but for one owner's."""
        lengths = np.square(self.pixels).sum(axis=1)
        lengths[self.owners == skipped] = _OUT_OF_REACH
        # |a - b|² = |b|² - 2 ab + |a|², all of them in one product; |a|² changes no order and is added in the end.
        here = np.column_stack([self.pixels, lengths])
        there = np.vstack([-2 * pixels.T, np.ones(len(pixels), np.float32)])
        squares = np.asarray(here @ there, dtype=np.float32)
        usable = np.count_nonzero(self.owners != skipped)
        rows, columns, farthest = smallest(squares, max(1, round(_NEIGHBOUR * usable)))
        return _Nearest(rows, columns, np.sqrt(np.maximum(farthest + np.square(pixels).sum(axis=1), 0)))


@dataclass(frozen=True)
class _Nearest:
    """Which pixels of a pool, `rows`, are the k nearest to which of a picture, `columns`.

    `distance` `(m,)` is how far the k-th is from each of the picture's.
    """

    rows: Places
    columns: Places
    distance: Floats

    def mean(self, values: Floats) -> Floats:
        """The mean over the k nearest of what the pool's pixels have, `(n,)`, for each of the picture's, `(m,)`."""
        width = len(self.distance)
        total, count = np.bincount(self.columns, values[self.rows], width), np.bincount(self.columns, minlength=width)
        return np.asarray(total / count, dtype=np.float32)


def _gathered(pictures: Sequence[Floats]) -> _Pool:
    """About as many pixels of every picture, the same ones each time."""
    random = np.random.default_rng(0)
    share = max(1, _POOL // len(pictures))
    taken = [pixels[random.permutation(len(pixels))[:share]] for pixels in pictures]
    owners = np.repeat(np.arange(len(taken)), [len(pixels) for pixels in taken])
    return _Pool(np.concatenate(taken), owners)


def _spread(zero: Floats, one: Floats, least: Sequence[float]) -> Floats:
    scale = np.ones(zero.shape[1], dtype=np.float32)
    within = (zero.var(axis=0) + one.var(axis=0)) / 2
    scale[: len(least)] = np.sqrt(within[: len(least)] + np.square(least))
    return scale


class Yardstick:
    """Reads where a picture lies between the set `zero` and the set `one`, pixel by pixel.

    A picture is an array `(pixels, descriptors)`. The first descriptors, as many as `least` has entries, are divided by
    their pooled within-set standard deviation, at least that entry; the others are taken as they are.

    A pixel is as near to `one` as its distance to the nearest pixels there is small, measured by how far these are
    from `zero`, to the power of `strictness`: at 1 a pixel half faded towards `zero` reads one half, at 2 it is mostly
    lost and reads a quarter. What belongs to neither reads 0. So a reading is about linear in how much of a region has
    changed, and two or three pictures are enough for a set.
    """

    def __init__(
        self, zero: Sequence[Floats], one: Sequence[Floats], least: Sequence[float], strictness: float = 1.0
    ) -> None:
        self._strictness = strictness
        both = _gathered(zero), _gathered(one)
        self._scale = _spread(both[0].pixels, both[1].pixels, least)
        self._zero, self._one = (pool.over(self._scale) for pool in both)
        self._gaps: dict[int, Floats] = {}

    def read(self, pixels: Floats, zero_owner: int = NOBODY, one_owner: int = NOBODY) -> float:
        """Mean nearness to the set `one`, 0..1; pixels weigh more where the two sets differ more.

        `zero_owner` and `one_owner` are the numbers of the pictures in the sets that it must not be compared with:
        itself, or the picture with its seed.
        """
        pixels = pixels / self._scale
        to_one = self._one.nearest(pixels, one_owner)
        gaps = to_one.mean(self._gaps_without(zero_owner))
        near = np.maximum(1 - to_one.distance / np.maximum(gaps, _SMALL), 0)
        (between,) = np.nonzero(near)  # the others are lost whatever the way from zero
        to_zero = self._zero.nearest(pixels[between], zero_owner).distance
        detour = np.maximum(to_one.distance[between] + to_zero - gaps[between], 0) / _ELSEWHERE
        near[between] = np.maximum(near[between] - detour, 0)
        return float((gaps * near**self._strictness).sum() / max(gaps.sum(), _SMALL))

    def distance_from_zero(self, pixels: Floats, zero_owner: int = NOBODY) -> float:
        """How far the median pixel is from the set `zero`, in standard deviations."""
        return float(np.median(self._zero.nearest(pixels / self._scale, zero_owner).distance))

    def share_of_one(self, pixels: Floats) -> float:
        """The share of pixels that are nearer to the set `one` than to the set `zero`, 0..1."""
        to_one, to_zero = (pool.nearest(pixels / self._scale, NOBODY).distance for pool in (self._one, self._zero))
        return float((to_one < to_zero).mean())

    def _gaps_without(self, owner: int) -> Floats:
        """How far each pixel of the set `one` is from the set `zero`, `(n,)`."""
        if owner not in self._gaps:
            self._gaps[owner] = self._zero.nearest(self._one.pixels, owner).distance
        return self._gaps[owner]


def smallest(values: Floats, k: int) -> tuple[Places, Places, Floats]:
    """The k smallest values of each column of `(n, m)`, at an eighth of the time of `np.partition`.

    Where several equal the k-th smallest, all of them are taken.

    Returns:
        Their rows, their columns in rising order, and the k-th smallest value of each column, `(m,)`.
    """
    width = values.shape[1]
    found = np.flatnonzero(values <= _bounds(values, k))
    columns = found % width
    # Numbers of 16 bits are sorted by their digits, which is quick.
    order = np.argsort(columns.astype(np.min_scalar_type(width)), kind="stable")
    found, columns = found[order], columns[order]
    candidates = values.ravel()[found]
    counts = np.bincount(columns, minlength=width)
    table = np.full((width, int(counts.max(initial=k))), np.inf, dtype=np.float32)
    table[columns, np.arange(len(found)) - (np.cumsum(counts) - counts)[columns]] = candidates
    farthest = np.partition(table, k - 1, axis=1)[:, k - 1]
    within = candidates <= farthest[columns]
    return found[within] // width, columns[within], farthest


def _bounds(values: Floats, k: int) -> Floats:
    """For each column a number that is no smaller than its k-th smallest value, and not by much, `(m,)`.

    The k-th smallest of the minima of groups is one.
    """
    rows, width = values.shape
    size = max(1, rows // (_GROUPS * k))
    groups = rows // size
    minima = values[: groups * size].reshape(size, groups, width).min(axis=0)
    return np.asarray(np.partition(minima.T, k - 1, axis=1)[:, k - 1], dtype=np.float32)
