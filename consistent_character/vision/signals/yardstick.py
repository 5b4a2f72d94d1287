"""Measures pictures between two sets of pictures: 0 is what one set shows, 1 is what the other shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

NOBODY = -1
"""The owner of no pixel: a picture that belongs to neither set."""

_POOL = 1500
_NEIGHBOUR = 0.01
_SMALL = 1e-6
_ELSEWHERE = 7.0
"""A pixel that makes the way between the sets longer by so many standard deviations belongs to neither."""
_GROUPS = 6
"""Groups for each of the smallest that are looked for."""


@dataclass(frozen=True)
class _Pool:
    """Pixels `(n, descriptors)` of a set of pictures, and the number of the picture that each is from."""

    pixels: Floats
    owners: npt.NDArray[np.intp]

    def without(self, owner: int) -> npt.NDArray[np.bool_]:
        return np.asarray(self.owners != owner, dtype=np.bool_)


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
    from `zero`: a pixel half faded towards `zero` reads one half, and what belongs to neither reads 0. So a reading is
    about linear both in how much of a region has changed and in how far it has faded, and two or three pictures are
    enough for a set.
    """

    def __init__(self, zero: Sequence[Floats], one: Sequence[Floats], least: Sequence[float]) -> None:
        self._zero, self._one = _gathered(zero), _gathered(one)
        self._scale = _spread(self._zero.pixels, self._one.pixels, least)
        self._gaps: dict[int, Floats] = {}

    def read(self, pixels: Floats, zero_owner: int = NOBODY, one_owner: int = NOBODY) -> float:
        """Mean nearness to the set `one`, 0..1; pixels weigh more where the two sets differ more.

        `zero_owner` and `one_owner` are the numbers of the pictures in the sets that it must not be compared with:
        itself, or the picture with its seed.
        """
        to_one, nearest = self._nearest(pixels, self._one, one_owner)
        to_zero = self._nearest(pixels, self._zero, zero_owner)[0]
        gaps = self._gaps_without(zero_owner)[nearest].mean(axis=1)
        detour = np.maximum(to_one + to_zero - gaps, 0) / _ELSEWHERE
        near = np.maximum(1 - to_one / np.maximum(gaps, _SMALL) - detour, 0)
        return float((gaps * near).sum() / max(gaps.sum(), _SMALL))

    def distance_from_zero(self, pixels: Floats, zero_owner: int = NOBODY) -> float:
        """How far the median pixel is from the set `zero`, in standard deviations."""
        return float(np.median(self._nearest(pixels, self._zero, zero_owner)[0]))

    def share_of_one(self, pixels: Floats) -> float:
        """The share of pixels that are nearer to the set `one` than to the set `zero`, 0..1."""
        to_one, to_zero = (self._nearest(pixels, pool, NOBODY)[0] for pool in (self._one, self._zero))
        return float((to_one < to_zero).mean())

    def _gaps_without(self, owner: int) -> Floats:
        """How far each pixel of the set `one` is from the set `zero`, `(n,)`."""
        if owner not in self._gaps:
            self._gaps[owner] = self._nearest(self._one.pixels, self._zero, owner)[0]
        return self._gaps[owner]

    def _nearest(self, pixels: Floats, pool: _Pool, skipped: int) -> tuple[Floats, npt.NDArray[np.intp]]:
        """Distance to the k-th nearest pixel of the pool, `(n,)`, and the numbers of the k nearest, `(n, k)`."""
        candidates = np.flatnonzero(pool.without(skipped))
        squares = _square_distances(pixels / self._scale, pool.pixels[candidates] / self._scale)
        near = smallest(squares, max(1, round(_NEIGHBOUR * len(candidates))))
        farthest = np.take_along_axis(squares, near, axis=1).max(axis=1)
        return np.sqrt(np.maximum(farthest, 0)), candidates[near]


def _square_distances(these: Floats, those: Floats) -> Floats:
    """Squares of all distances, `(n, m)`, in one product of matrices."""
    ones = np.ones((len(these), 1), np.float32), np.ones((len(those), 1), np.float32)
    left = np.hstack([-2 * these, np.square(these).sum(axis=1, keepdims=True), ones[0]])
    right = np.hstack([those, ones[1], np.square(those).sum(axis=1, keepdims=True)])
    return np.asarray(left @ right.T, dtype=np.float32)


def smallest(values: Floats, k: int) -> npt.NDArray[np.intp]:
    """The places of each row's k smallest values, `(n, k)`: `np.argpartition`, at a quarter of its time.

    The k-th smallest of the minima of groups is no smaller than the k-th smallest of all: what lies above it is passed
    over.
    """
    rows, columns = values.shape
    groups = _GROUPS * k
    if columns < 2 * groups:
        return np.argpartition(values, k - 1, axis=1)[:, :k]
    minima = values[:, : columns // groups * groups].reshape(rows, -1, groups).min(axis=1)
    bounds = np.partition(minima, k - 1, axis=1)[:, k - 1 : k]
    found = np.flatnonzero(values <= bounds)
    owners = found // columns
    counts = np.bincount(owners, minlength=rows)
    places = np.arange(len(found)) - (np.cumsum(counts) - counts)[owners]
    table = np.full((rows, int(counts.max())), np.inf, dtype=np.float32)
    table[owners, places] = values.ravel()[found]
    which = np.zeros(table.shape, dtype=np.intp)
    which[owners, places] = found - owners * columns
    return np.take_along_axis(which, np.argpartition(table, k - 1, axis=1)[:, :k], axis=1)
