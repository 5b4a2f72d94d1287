from dataclasses import replace
from random import Random

import numpy as np
import pytest

pytest.importorskip("diffusers")

import torch
from PIL import Image

from worlds.cartoon import reader as reading
from worlds.cartoon.look import HAIR_COLOURS, Look, likeness, mixed
from worlds.cartoon.painter import paint
from worlds.cartoon.scene import HELD_OUT, Person
from worlds.cartoon.train_looks import example

BLUE, RED = HELD_OUT[0], HELD_OUT[1]


@pytest.mark.parametrize("person", HELD_OUT)
def test_everybody_is_like_themselves_and_less_like_the_others(person: Person) -> None:
    assert likeness(Look.of(person), person) == 1
    assert max(likeness(Look.of(other), person) for other in HELD_OUT if other != person) < 0.7


def test_likeness_falls_evenly_on_the_way_to_the_nearest_other_hair() -> None:
    own = Look.of(BLUE)
    purple = [replace(own, hair=mixed(own.hair, HAIR_COLOURS["purple"], share)) for share in (0, 0.5, 1)]
    whole, half, none = (likeness(look, BLUE) for look in purple)
    assert whole == 1
    assert none == pytest.approx(5 / 6)
    assert half == pytest.approx((whole + none) / 2, abs=0.005)


def test_somebody_without_eyes_is_less_like_anybody() -> None:
    assert likeness(replace(Look.of(RED), eyes=0.0), RED) == pytest.approx(5 / 6)


def test_values_make_the_look_again() -> None:
    look = Look.of(RED)
    assert len(look.values) == Look.SIZE
    assert Look.from_values(look.values) == look


def test_a_person_is_painted_as_their_own_look_and_a_look_between_two_people_is_neither() -> None:
    scene = BLUE.seen(clothes="gray", zoom="an extreme closeup", angle="front shot", background="forest")
    own, other = Look.of(BLUE), Look.of(RED)
    between = own.towards(other, 0.5)
    named, plain, mix = (np.asarray(paint(scene, Random(1), look)) for look in (None, own, between))
    assert (named == plain).all()
    assert (mix != plain).any(axis=-1).mean() > 0.2


def test_the_reader_finds_again_what_was_painted_of_looks_that_it_never_saw() -> None:
    pictures, values = zip(*(example(index) for index in range(2_000_000, 2_000_300)), strict=True)
    read = reading.looks(reading.load_looks(), [Image.fromarray(picture) for picture in pictures])
    away = np.abs(np.array([look.values for look in read]) - np.array(values)).mean(0)
    assert away[:6].max() < 0.08, "colours"
    assert away[6:8].max() < 0.05, "width and height of the face"
    assert away[8:].max() < 0.2, "corners, length of hair, glasses, eyes"


def test_the_reader_measures_how_far_somebody_is_on_the_way_to_somebody_else() -> None:
    scene = RED.seen(clothes="gray", zoom="an extreme closeup", angle="front shot", background="forest")
    own, other = Look.of(RED), Look.of(HELD_OUT[3])
    looks = [own.towards(other, share) for share in np.linspace(0, 1, 11)]
    read = reading.looks(reading.load_looks(), [paint(scene, Random(1), look) for look in looks])
    true, seen = ([likeness(look, RED) for look in row] for row in (looks, read))
    assert np.abs(np.subtract(true, seen)).max() < 0.12
    assert np.corrcoef(true, seen)[0, 1] > 0.98


def test_several_readers_are_their_mean() -> None:
    readers = reading.load_looks()
    pictures = reading.as_tensor([Image.new("RGB", (96, 96), colour) for colour in ("red", "gray")])
    each = torch.stack([one(pictures) for one in readers.alone])
    assert len(each) == 2
    assert torch.allclose(readers(pictures), each.mean(0))
    assert (each[0] - each[1]).abs().max() > 0.01, "two of them, not one twice"
