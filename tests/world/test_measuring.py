"""The world's own measure of places: on painted pictures, whose truth is known, and on what lies between."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from PIL import Image

from worlds.cartoon.measuring import colours_of, place_share, wall_share
from worlds.cartoon.painter import paint
from worlds.cartoon.scene import ANGLES, HELD_OUT, PLACES, Scene


def scene(background: str, person: int = 0) -> Scene:
    return HELD_OUT[person].seen(clothes="gray", zoom="an extreme closeup", angle="front shot", background=background)


WALL = colours_of([paint(replace(scene("gray"), angle=angle), Random(seed)) for angle in ANGLES for seed in range(10)])


@pytest.mark.parametrize("place", PLACES)
def test_a_painted_place_is_there_and_a_wall_is_not(place: str) -> None:
    for seed in range(1000, 1005):
        assert place_share(paint(scene(place, 3), Random(seed)), place, WALL) > 0.8
        assert place_share(paint(scene("gray", 3), Random(seed)), place, WALL) < 0.05
        assert wall_share(paint(scene("gray", 3), Random(seed)), WALL) > 0.9


def test_another_place_is_not_the_one_asked_for() -> None:
    picture = paint(scene("forest"), Random(5))
    assert place_share(picture, "beach", WALL) < 0.1
    assert place_share(picture, "snow", WALL) < 0.1


def test_half_of_a_place_is_half_of_it() -> None:
    forest, wall = (paint(scene(background), Random(7)) for background in ("forest", "gray"))
    half = forest.copy()
    half.paste(wall.crop((48, 0, 96, 96)), (48, 0))
    whole = place_share(forest, "forest", WALL)
    assert place_share(half, "forest", WALL) == pytest.approx(whole / 2, abs=0.12)


def test_a_faded_place_is_none() -> None:
    forest, wall = (paint(scene(background), Random(7)) for background in ("forest", "gray"))
    assert place_share(Image.blend(forest, wall, 0.7), "forest", WALL) < 0.2
