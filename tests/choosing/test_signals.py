"""Scene and likeness follow the truth of painted pictures, whatever the place, the wall, the style of fading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from PIL import Image

from consistent_character.vision import features
from consistent_character.vision.signals import gauge, pixels
from consistent_character.vision.signals.resemblance import ResemblanceSignal
from consistent_character.vision.signals.scene import SceneSignal
from tests.choosing.pictures import ZOOM, Look, draw, training_set
from worlds.cartoon.scene import ATTRIBUTES, HELD_OUT, Person

SEEDS = (1, 2, 3)
LONG_HAIR, SHORT_HAIR = 0, 1
SERIES = (1.0, 0.75, 0.5, 0.25, 0.0)


def described(image: Image.Image) -> pixels.Floats:
    return pixels.described(features.from_image(image, 96))


@cache
def references(person: int, wall: str) -> tuple[tuple[pixels.Floats, ...], tuple[pixels.Floats, ...], pixels.Regions]:
    """All training pictures, those of the forest test's zoom, and where to look."""
    pictures = [(described(image), caption) for image, caption in training_set(HELD_OUT[person], wall, per_cell=4)]
    everything = tuple(picture for picture, _ in pictures)
    framed = tuple(picture for picture, caption in pictures if caption.startswith(ZOOM))
    return everything, framed, pixels.learn_regions(everything, framed)


def drawn(look: Look, person: int, seeds: Sequence[int] = SEEDS, **softness: float) -> list[pixels.Floats]:
    return [described(draw(look, HELD_OUT[person], seed, **softness)) for seed in seeds]


def scene_signal(person: int, place: str, wall: str, seeds: Sequence[int] = SEEDS) -> SceneSignal:
    _, framed, regions = references(person, wall)
    return SceneSignal(framed, drawn(Look(place=place, wall=wall), person, seeds), regions.backdrop)


def scenes(signal: SceneSignal, look: Look, person: int, **softness: float) -> float:
    return float(np.mean([signal.read(seen, n) for n, seen in enumerate(drawn(look, person, **softness))]))


@pytest.mark.parametrize(
    ("place", "wall", "person", "patchy"),
    [
        ("forest", "gray", LONG_HAIR, False),
        ("forest", "gray", SHORT_HAIR, True),
        ("forest", "white", LONG_HAIR, True),
        ("beach", "gray", SHORT_HAIR, False),
        ("night", "gray", LONG_HAIR, True),
        ("night", "white", SHORT_HAIR, False),
        ("snow", "white", LONG_HAIR, True),
        ("snow", "gray", SHORT_HAIR, False),
        ("city", "gray", LONG_HAIR, False),
        ("city", "white", SHORT_HAIR, True),
    ],
)
def test_scene_follows_the_share_that_is_left(place: str, wall: str, person: int, patchy: bool) -> None:
    signal = scene_signal(person, place, wall)
    assert not signal.cannot_tell
    assert signal.separation.auc == 1
    left = Look(likeness=1, place=place, wall=wall, patchy=patchy)
    read = [round(scenes(signal, replace(left, scene=share), person), 2) for share in SERIES]
    assert read == sorted(read, reverse=True)
    assert read[0] == pytest.approx(1, abs=0.12)
    assert read[2] == (pytest.approx(0.55, abs=0.28) if patchy else pytest.approx(0.3, abs=0.25))  # half faded is less
    assert read[4] == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(
    ("place", "person"), [("forest", LONG_HAIR), ("beach", SHORT_HAIR), ("night", LONG_HAIR), ("city", SHORT_HAIR)]
)
def test_a_murky_gray_green_is_no_scene(place: str, person: int) -> None:
    signal = scene_signal(person, place, "gray")
    assert scenes(signal, Look(0, 1, place, murky=True), person) < 0.35


def test_scene_does_not_care_who_stands_before_it() -> None:
    signal = scene_signal(LONG_HAIR, "forest", "gray")
    for share in (0.0, 0.5, 1.0):
        stranger, character = (scenes(signal, Look(share, likeness), LONG_HAIR) for likeness in (0.0, 1.0))
        assert stranger == pytest.approx(character, abs=0.1)


@pytest.mark.parametrize(("blur", "noise"), [(0.0, 0.0), (1.5, 2.0), (0.8, 10.0)])
def test_scene_stands_blur_and_noise(blur: float, noise: float) -> None:
    signal = scene_signal(LONG_HAIR, "forest", "gray")
    kept, lost = (scenes(signal, Look(share, 1), LONG_HAIR, blur=blur, noise=noise) for share in (1, 0))
    assert kept > 0.8
    assert lost < 0.1


@pytest.mark.parametrize("person", [LONG_HAIR, SHORT_HAIR])
@pytest.mark.parametrize("seeds", [(1, 2, 3), (50, 51, 52, 53), (90, 91, 92, 93, 94, 95)])
def test_a_base_model_that_draws_walls_cannot_tell(person: int, seeds: tuple[int, ...]) -> None:
    _, framed, regions = references(person, "gray")
    signal = SceneSignal(framed, drawn(Look(scene=0), person, seeds), regions.backdrop)
    assert "the base model does not draw the scene" in signal.cannot_tell
    assert "AUC" in signal.cannot_tell


def test_a_seed_without_scene_does_not_count() -> None:
    _, framed, regions = references(LONG_HAIR, "gray")
    baseline = drawn(Look(), LONG_HAIR, (1, 2, 3)) + drawn(Look(scene=0), LONG_HAIR, (4,))
    signal = SceneSignal(framed, baseline, regions.backdrop)
    assert signal.usable == (True, True, True, False)
    assert not signal.cannot_tell
    assert scenes(signal, Look(1, 1), LONG_HAIR) == pytest.approx(1, abs=0.12)
    assert signal.read(drawn(Look(0, 1), LONG_HAIR, (4,))[0], 3) < 0.1


def test_a_scene_on_few_seeds_cannot_tell() -> None:
    _, framed, regions = references(LONG_HAIR, "gray")
    signal = SceneSignal(
        framed, drawn(Look(), LONG_HAIR, (1,)) + drawn(Look(scene=0), LONG_HAIR, (2, 3, 4)), regions.backdrop
    )
    assert signal.cannot_tell


def likeness_signal(person: int, wall: str = "gray") -> ResemblanceSignal:
    everything, framed, _ = references(person, wall)
    return ResemblanceSignal(everything, framed, drawn(Look(wall=wall), person))


def likenesses(signal: ResemblanceSignal, look: Look, person: int) -> float:
    return float(np.mean([signal.read(seen) for seen in drawn(look, person)]))


@pytest.mark.parametrize("person", [LONG_HAIR, SHORT_HAIR, 3, 7])
@pytest.mark.parametrize("forgets", [False, True])
def test_likeness_follows_the_person(person: int, forgets: bool) -> None:
    signal = likeness_signal(person)
    assert not signal.cannot_tell
    series = [Look(1 - share if forgets else 1, share) for share in reversed(SERIES)]
    read = [likenesses(signal, look, person) for look in series]
    assert min(np.diff(read)) > -0.03, "a quarter of the way a stranger may still be as unlike as before"
    assert read[0] == pytest.approx(0, abs=0.05)
    assert read[4] - read[1] > 0.5
    assert 0.6 < read[4] < 1.2


def _otherwise(person: Person, features: dict[str, Any]) -> Person:
    return replace(person, **features)


@pytest.mark.parametrize("person", range(len(HELD_OUT)))
@pytest.mark.parametrize(("feature", "less"), [("face", 0.2), ("glasses", 0.05), ("hair_length", 0.1)])
def test_the_same_colours_in_another_shape_are_less_like(person: int, feature: str, less: float) -> None:
    signal, somebody = likeness_signal(person), HELD_OUT[person]
    others = [value for value in ATTRIBUTES[feature] if value != getattr(somebody, feature)]
    itself, *changed = (
        np.mean([signal.read(described(draw(Look(1, 1), one, seed))) for seed in SEEDS])
        for one in (somebody, *(_otherwise(somebody, {feature: value}) for value in others))
    )
    assert max(changed) < itself - less


@pytest.mark.parametrize(("per_cell", "least", "most"), [(1, 1.5, 2), (2, 1, 1), (4, 1, 1)])
def test_a_picture_of_each_view_alone_is_no_measure_of_its_like(per_cell: int, least: float, most: float) -> None:
    """The character's pictures read more than the training set among itself; the signal knows how much more."""
    pictures = [(described(image), caption) for image, caption in training_set(HELD_OUT[3], per_cell=per_cell)]
    framed = [picture for picture, caption in pictures if caption.startswith(f"{ZOOM} front shot")]
    signal = ResemblanceSignal([picture for picture, _ in pictures], framed, drawn(Look(), 3))
    assert least <= signal.ceiling <= most
    assert 0.8 < likenesses(signal, Look(1, 1), 3) / signal.ceiling < 1.4


def test_a_set_that_is_known_to_show_each_view_once_is_measured_against_itself() -> None:
    """Among themselves its pictures are no more alike than strangers, which may have another reason, too."""
    pictures = [(described(image), caption) for image, caption in training_set(HELD_OUT[6], per_cell=1)]
    everything = [picture for picture, _ in pictures]
    framed = [picture for picture, caption in pictures if caption.startswith(ZOOM)]
    assert ResemblanceSignal(everything, framed, drawn(Look(), 6)).cannot_tell
    signal = ResemblanceSignal(everything, framed, drawn(Look(), 6), each_view_once=True)
    assert not signal.cannot_tell
    assert signal.ceiling == 1
    assert likenesses(signal, Look(1, 0), 6) < 0.1 < 0.8 < likenesses(signal, Look(1, 1), 6)
    itself = ResemblanceSignal(everything, framed, drawn(Look(1, 1), 6), each_view_once=True)
    assert itself.cannot_tell, "the class word draws the character"


def test_a_gray_wall_makes_nobody_more_like_the_character() -> None:
    signal = likeness_signal(SHORT_HAIR)
    assert likenesses(signal, Look(0, 0), SHORT_HAIR) < 0.1


def test_strangers_who_are_the_character_cannot_tell() -> None:
    everything, framed, _ = references(LONG_HAIR, "gray")
    signal = ResemblanceSignal(everything, framed, drawn(Look(1, 1), LONG_HAIR))
    assert "Cannot tell how like" in signal.cannot_tell


def test_regions_are_found_where_the_wall_is() -> None:
    _, framed, regions = references(LONG_HAIR, "gray")
    assert not (regions.backdrop & regions.person).any()
    assert 0.08 < regions.backdrop.mean() < 0.4
    assert regions.backdrop[3, 3] and regions.backdrop[3, -4]
    assert not regions.backdrop[24, 6], "long hair covers the sides"
    assert regions.person[24, 24]
    wall = np.median([picture[regions.backdrop][:, 1:3] for picture in framed], axis=(0, 1))
    assert np.abs(wall).max() < 3


def test_regions_are_there_without_a_wall() -> None:
    noise = np.random.default_rng(0).random((6, 96, 96, 3)).astype(np.float32)
    pictures = [pixels.described(picture) for picture in noise]
    regions = pixels.learn_regions(pictures, pictures)
    assert regions.backdrop.sum() >= 40
    assert regions.person.sum() >= 40


@pytest.mark.parametrize(
    ("zeros", "ones", "expected"),
    [((0, 1), (2, 3), 1), ((2, 3), (0, 1), 0), ((1, 1), (1, 1), 0.5), ((0, 2), (1,), 0.5)],
)
def test_auc(zeros: tuple[float, ...], ones: tuple[float, ...], expected: float) -> None:
    assert gauge.auc(zeros, ones) == expected


def test_walls_of_one_flat_colour_are_no_division_by_zero() -> None:
    shape = described(Image.new("RGB", (96, 96))).shape
    wall, scene = np.zeros(shape, np.float32), np.full(shape, 40, np.float32)
    region = np.ones(shape[:2], np.bool_)
    signal = SceneSignal([wall] * 3, [scene, scene + 1, scene + 2], region)
    assert signal.cannot_tell == ""
    assert signal.usable == (True, True, True)
