"""What the numpy features say about pictures whose content is known beforehand."""

from __future__ import annotations

import io
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from consistent_character.vision import features
from worlds.cartoon.painter import paint
from worlds.cartoon.scene import ANGLES, HELD_OUT, ZOOMS

BLUE_WOMAN, RED_WOMAN = HELD_OUT[0], HELD_OUT[1]


def _flat(red: float, green: float, blue: float, edge: int = 64) -> features.Floats:
    return np.full((edge, edge, 3), (red, green, blue), dtype=np.float32)


def _painted(
    background: str, seed: int, *, person: int = 0, zoom: str = "an extreme closeup", angle: str = "front shot"
) -> features.Floats:
    scene = HELD_OUT[person].seen(clothes="gray", zoom=zoom, angle=angle, background=background)
    return features.from_image(paint(scene, Random(seed)), 96)


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((1, 1, 1), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((1, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 1, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 1), (32.30, 79.19, -107.86)),
        ((119 / 255, 119 / 255, 119 / 255), (50.03, 0, 0)),
        ((5 / 255, 5 / 255, 5 / 255), (1.37, 0, 0)),
    ],
)
def test_lab_of_known_colours(rgb: tuple[float, float, float], lab: tuple[float, float, float]) -> None:
    assert features.to_lab(np.array(rgb, dtype=np.float32)) == pytest.approx(np.array(lab), abs=0.03)


def test_the_band_and_the_ellipse_do_not_meet_and_are_symmetric() -> None:
    band, ellipse = features.border_band(48, 48), features.centre_ellipse(48, 48)
    assert not (band & ellipse).any()
    assert (band == band[:, ::-1]).all()
    assert (ellipse == ellipse[:, ::-1]).all()
    assert band[0, 0] and band[0, -1] and band[20, 0]
    assert not band[-1, 0]
    assert not band[0, 24]
    assert ellipse[26, 24]


def test_load_squeezes_turns_and_drops_alpha(tmp_path: Path) -> None:
    picture = Image.new("RGB", (40, 20), "red")
    exif = picture.getexif()
    exif[0x0112] = 6  # the camera was held upright: shown turned by 90 degrees clockwise
    picture.paste("blue", (0, 0, 20, 20))
    picture.save(tmp_path / "turned.jpg", exif=exif, quality=95)
    Image.new("RGBA", (8, 8), (0, 255, 0, 0)).save(tmp_path / "clear.png")
    turned = features.load_rgb(tmp_path / "turned.jpg", 16)
    assert turned.shape == (16, 16, 3)
    assert turned.dtype == np.float32
    assert turned[1, 8] == pytest.approx((0, 0, 1), abs=0.06)
    assert turned[-2, 8] == pytest.approx((1, 0, 0), abs=0.06)
    assert features.load_rgb(tmp_path / "clear.png", 4)[0, 0] == pytest.approx((0, 1, 0))


@pytest.mark.parametrize("keep", [0, 10, 400])
def test_load_refuses_what_is_no_whole_picture(tmp_path: Path, keep: int) -> None:
    whole = io.BytesIO()
    Image.effect_noise((64, 64), 60).save(whole, "PNG")
    (tmp_path / "cut.png").write_bytes(whole.getvalue()[:keep])
    with pytest.raises(OSError, match=r"."):
        features.load_rgb(tmp_path / "cut.png", 32)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_hamming_counts_the_bits_that_differ(first: int, second: int) -> None:
    assert features.hamming(first, second) == format(first ^ second, "b").count("1")
    assert features.hamming(first, first) == 0


@pytest.mark.parametrize("hashed", [features.perceptual_hash, features.difference_hash])
def test_hashes_are_64_bits_and_stay_under_brightness_and_size(hashed: object) -> None:
    assert callable(hashed)
    picture = _painted("forest", 1)
    other = _painted("beach", 2, person=4, zoom="a full body")
    code = hashed(picture)
    assert 0 <= code < 2**64
    assert features.hamming(code, hashed(picture * 0.8 + 0.1)) <= 3
    assert features.hamming(code, hashed(features.resized(picture, 200))) <= 3
    assert features.hamming(code, hashed(other)) > 14


def test_difference_hash_of_known_pictures() -> None:
    ramp = np.broadcast_to(np.linspace(0, 1, 72, dtype=np.float32)[None, :, None], (72, 72, 3)).copy()
    assert features.difference_hash(ramp) == 2**64 - 1
    assert features.difference_hash(ramp[:, ::-1].copy()) == 0
    assert features.difference_hash(_flat(0.5, 0.5, 0.5)) == 0


def test_sharpness_falls_as_the_person_is_blurred_and_ignores_the_backdrop() -> None:
    picture = paint(RED_WOMAN.seen(clothes="red", zoom="a closeup", angle="front shot", background="gray"), Random(0))
    scores = [
        features.sharpness(features.from_image(picture.filter(ImageFilter.GaussianBlur(radius)), 96))
        for radius in (0, 1, 2, 4)
    ]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.6
    assert scores[-1] < 0.35
    noisy_backdrop = features.from_image(picture, 96)
    outside = ~features.centre_ellipse(96, 96)
    noisy_backdrop[outside] = np.random.default_rng(0).random((int(outside.sum()), 3), dtype=np.float32)
    assert features.sharpness(noisy_backdrop) == pytest.approx(scores[0], abs=0.12)
    assert features.sharpness(_flat(0.5, 0.5, 0.5)) == 0


def test_blur_in_one_direction_is_blur() -> None:
    checks = np.kron(np.indices((12, 12)).sum(axis=0) % 2, np.ones((8, 8)))
    smeared = np.stack([np.convolve(row, np.ones(9) / 9, mode="same") for row in checks])
    pictures = [np.asarray(np.stack([gray] * 3, axis=-1), dtype=np.float32) for gray in (checks, smeared, smeared.T)]
    sharp, across, down = map(features.sharpness, pictures)
    assert sharp > 0.8
    assert across == pytest.approx(down, abs=0.02)
    assert across < 0.6 * sharp


def test_blankness_knows_empty_pictures_from_small_figures_on_gray() -> None:
    assert features.blankness(_flat(0, 0, 0)) == 1
    assert features.blankness(_flat(0.6, 0.6, 0.6)) == 1
    grain = np.random.default_rng(0).normal(0.5, 0.02, (96, 96, 3)).astype(np.float32)
    assert features.blankness(grain) > 0.8
    for angle in ANGLES:
        assert features.blankness(_painted("gray", 3, zoom="a full body", angle=angle)) == 0


def test_feature_vectors_have_the_stated_length_and_scale() -> None:
    for background in ("forest", "gray", "night"):
        rgb = _painted(background, 5)
        backdrop, person = features.background_features(rgb), features.person_features(rgb)
        assert backdrop.shape == (features.BACKGROUND_SIZE,)
        assert person.shape == (features.PERSON_SIZE,)
        assert backdrop.dtype == person.dtype == np.float32
        assert max(np.abs(backdrop).max(), np.abs(person).max()) < 8


def test_background_features_of_a_flat_picture_are_known() -> None:
    vector = features.background_features(_flat(119 / 255, 119 / 255, 119 / 255))
    assert vector[:3] == pytest.approx((0, 0, 0), abs=1e-3)
    assert vector[3:6] == pytest.approx((50.03 / 50, 0, 0), abs=1e-3)
    assert vector[6:9] == pytest.approx((0, 0, 0), abs=1e-3)
    assert (vector[9:17] ** 2).sum() == pytest.approx(1, abs=1e-5)
    assert (vector[17:] ** 2).sum() == pytest.approx(1, abs=1e-5)


def test_the_person_does_not_enter_the_background_features() -> None:
    rgb = features.resized(_painted("forest", 6), features.FEATURE_EDGE)
    masked = rgb.copy()
    masked[features.centre_ellipse(*rgb.shape[:2])] = 0
    before, after = features.background_features(rgb), features.background_features(masked)
    assert np.delete(after, 2) == pytest.approx(np.delete(before, 2), abs=1e-6)  # 2, a gradient, looks across the edge


@pytest.mark.parametrize("zoom", ZOOMS)
def test_the_three_measured_numbers_tell_forest_from_gray_at_every_zoom(zoom: str) -> None:
    gray = np.stack([features.background_features(_painted("gray", s, person=s % 8, zoom=zoom)) for s in range(16)])
    forest = np.stack([features.background_features(_painted("forest", s, person=s % 8, zoom=zoom)) for s in range(16)])
    assert np.median(forest[:, :3], axis=0).min() > 0.3
    assert (np.median(gray[:, :3], axis=0) < 0.4 * np.median(forest[:, :3], axis=0)).all()


def test_person_features_tell_people_apart_whatever_the_backdrop() -> None:
    """The nearest of the two people's mean vectors (gray backdrop) is the right one in front of other backdrops."""
    means = [
        np.mean([features.person_features(_painted("gray", seed, person=person)) for seed in range(6)], axis=0)
        for person in (0, 3)
    ]
    right = 0
    for person in (0, 1):
        for seed, place in enumerate(("forest", "beach", "city", "snow", "gray")):
            vector = features.person_features(_painted(place, 50 + seed, person=(0, 3)[person]))
            right += int(np.argmin([np.linalg.norm(vector - mean) for mean in means]) == person)
    assert right == 10
