"""The same picture twice is found; the same person twice is not."""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random

import pytest
from PIL import Image, ImageEnhance

from consistent_character.curating.duplicates import Duplicates, thumbnail
from consistent_character.vision import features
from worlds.cartoon.painter import paint
from worlds.cartoon.scene import ANGLES, HELD_OUT, ZOOMS


def _picture(zoom: str, angle: str, seed: int, background: str = "gray", person: int = 0) -> Image.Image:
    scene = HELD_OUT[person].seen(clothes="gray", zoom=zoom, angle=angle, background=background)
    return paint(scene, Random(seed))


def _add(duplicates: Duplicates, name: str, picture: Image.Image) -> str | None:
    rgb = features.from_image(picture, 128)
    return duplicates.add(name, (features.perceptual_hash(rgb), features.difference_hash(rgb)), thumbnail(rgb))


def _saved_as(picture: Image.Image, kind: str, quality: int) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, kind, quality=quality)
    return Image.open(file)


@pytest.mark.parametrize("background", ["gray", "forest"])
@pytest.mark.parametrize("zoom", ZOOMS)
def test_the_same_person_in_the_same_cell_is_no_duplicate(zoom: str, background: str) -> None:
    for angle in ANGLES:
        duplicates = Duplicates(12)
        for seed in range(12):
            assert _add(duplicates, str(seed), _picture(zoom, angle, seed, background)) is None, (angle, seed)


@pytest.mark.parametrize("zoom", ZOOMS)
def test_a_picture_saved_again_or_made_brighter_is_a_duplicate(zoom: str) -> None:
    changes: dict[str, Callable[[Image.Image], Image.Image]] = {
        "jpeg": lambda picture: _saved_as(picture, "JPEG", 85),
        "webp": lambda picture: _saved_as(picture, "WEBP", 90),
        "brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.05),
        "darker": lambda picture: ImageEnhance.Brightness(picture).enhance(0.9),
        "stronger": lambda picture: ImageEnhance.Contrast(picture).enhance(1.08),
        "larger": lambda picture: picture.resize((512, 512), Image.Resampling.BICUBIC),
    }
    for number, angle in enumerate(ANGLES):
        picture = _picture(zoom, angle, 40 + number, "gray" if number % 2 else "forest", person=number)
        duplicates = Duplicates(1 + len(changes))
        assert _add(duplicates, "original", picture) is None
        for name, change in changes.items():
            assert _add(duplicates, name, change(picture)) == "original", (name, angle)


def test_a_face_turned_round_is_another_picture() -> None:
    picture = _picture("a closeup", "side angle", 1, "gray")
    duplicates = Duplicates(2)
    _add(duplicates, "original", picture)
    assert _add(duplicates, "mirrored", picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)) is None


def test_two_flat_pictures_are_one() -> None:
    duplicates = Duplicates(2)
    assert _add(duplicates, "first", Image.new("RGB", (64, 64), "gray")) is None
    assert _add(duplicates, "second", Image.new("RGB", (64, 64), "gray")) == "first"
