from random import Random

import numpy as np
import pytest

from worlds.cartoon.painter import SIZE, paint
from worlds.cartoon.reader import forest_share, gray_share
from worlds.cartoon.scene import ANGLES, ATTRIBUTES, HELD_OUT, ZOOMS, sample_scene


def test_the_same_scene_and_chance_give_the_same_picture() -> None:
    scene = sample_scene(Random(3))
    first, again, other = (np.asarray(paint(scene, Random(seed))) for seed in (7, 7, 8))
    assert first.shape == (SIZE, SIZE, 3)
    assert (first == again).all()
    assert (first != other).any()


def test_scenes_take_every_value_and_never_a_held_out_person() -> None:
    random = Random(0)
    scenes = [sample_scene(random) for _ in range(20_000)]
    for name, values in ATTRIBUTES.items():
        assert {getattr(scene, name) for scene in scenes} == set(values)
    people = {scene.person for scene in scenes}
    assert not people & {*HELD_OUT}
    assert len(people) > 500


@pytest.mark.parametrize("zoom", ZOOMS)
@pytest.mark.parametrize("angle", ANGLES)
def test_every_view_shows_something_of_the_place(zoom: str, angle: str) -> None:
    person = HELD_OUT[0]
    random = Random(1)
    forest = paint(person.seen(clothes="gray", zoom=zoom, angle=angle, background="forest"), random)
    gray = paint(person.seen(clothes="gray", zoom=zoom, angle=angle, background="gray"), random)
    assert forest_share(forest) > 0.7 > 0.15 > forest_share(gray)
    assert gray_share(gray) > 0.7 > 0.15 > gray_share(forest)
