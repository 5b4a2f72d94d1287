"""Measures how much of a picture's backdrop is the place it should be, by the colours that the painter paints it in.

Nothing is learned or guessed: a place's colours are those of many painted pictures of it, less those of the wall in
question. A murky green or a pale wall is neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image

from worlds.cartoon.painter import SIZE, paint
from worlds.cartoon.scene import ANGLES, Person

Colours = npt.NDArray[np.bool_]
"""A set of colours: one entry for each of `(BINS, BINS, BINS)` boxes of red, green and blue."""

BINS = 24
_PAINTED = 150
_FEWEST = 60
_BLUR = 1
"""A drawn colour this many boxes beside a painted one is the same: the model is not exact to the last level."""
_EDGE_WIDTH, _EDGE_HEIGHT = 7, 60


def edge(picture: Image.Image) -> npt.NDArray[np.uint8]:
    """The pixels of both sides above the shoulders, where nobody stands in a closeup, `(n, 3)`."""
    sized = picture.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BOX)
    pixels = np.asarray(sized)[:_EDGE_HEIGHT]
    return np.concatenate([pixels[:, :_EDGE_WIDTH].reshape(-1, 3), pixels[:, -_EDGE_WIDTH:].reshape(-1, 3)])


def colours_of(pictures: Sequence[Image.Image]) -> Colours:
    """The colours that are frequent along the sides of some pictures, and those right beside them."""
    boxes = np.concatenate([edge(picture) for picture in pictures]).astype(np.int64) * BINS // 256
    counts = np.zeros((BINS,) * 3, dtype=np.int64)
    np.add.at(counts, tuple(boxes.T), 1)
    return _widened(counts >= _FEWEST)


def _widened(colours: Colours) -> Colours:
    padded = np.pad(colours, _BLUR)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * _BLUR + 1,) * 3)
    return np.asarray(windows.any(axis=(-3, -2, -1)), dtype=np.bool_)


@cache
def place_colours(place: str) -> Colours:
    """The colours in which the painter paints a place."""
    random = Random(0)
    person = Person("woman", "black", "short", "pale", "long", False)
    scenes = [
        person.seen(clothes="gray", zoom="an extreme closeup", angle=random.choice(ANGLES), background=place)
        for _ in range(_PAINTED)
    ]
    return colours_of([paint(scene, random) for scene in scenes])


def place_share(picture: Image.Image, place: str, wall: Colours) -> float:
    """Share of the sides that is in a place's colours and in none of the wall's, 0..1."""
    red, green, blue = (edge(picture).astype(np.int64) * BINS // 256).T
    return float((place_colours(place) & ~wall)[red, green, blue].mean())


def wall_share(picture: Image.Image, wall: Colours) -> float:
    """Share of the sides that is in the wall's colours, 0..1."""
    red, green, blue = (edge(picture).astype(np.int64) * BINS // 256).T
    return float(wall[red, green, blue].mean())
