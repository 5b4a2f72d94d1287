"""The installed models, on a real photograph. Skipped where they are not installed: they are 200 MB and in no CI."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from consistent_character.vision.seeing import installing
from consistent_character.vision.seeing.seen import Seen
from consistent_character.vision.seeing.sight import Sight, lookers
from consistent_character.vision.seeing.trust import trust
from worlds.cartoon.painter import paint
from worlds.cartoon.scene import ANGLES, HELD_OUT, ZOOMS

THERE = installing.installed()
needs_models = pytest.mark.skipif(THERE is None, reason=f"needs the models: {installing.COMMAND}")
cbook = pytest.importorskip("matplotlib.cbook", reason="the photograph is matplotlib's")


def photograph() -> Image.Image:
    """A rear admiral, public domain, who looks into the camera."""
    with cbook.get_sample_data("grace_hopper.jpg") as file:
        return Image.open(file).convert("RGB")


def seen(images: list[Image.Image], folder: Path) -> tuple[Seen, ...]:
    paths = [folder / f"{number}.png" for number in range(len(images))]
    for path, image in zip(paths, images, strict=True):
        image.save(path)
    with Sight(lookers(THERE), workers=1) as sight:
        found = sight.look(paths)
        assert sight.problem == ""
    return found


@needs_models
def test_a_person_is_seen_with_face_pose_and_outline(tmp_path: Path) -> None:
    (one,) = seen([photograph()], tmp_path)
    assert one.error == "" and one.size == (512, 600) and "mediapipe" in one.by
    (face,) = one.faces
    left, top, right, bottom = face.box
    assert left < 0.52 < right and top < 0.38 < bottom and face.score > 0.75
    assert one.person is not None and 0.4 < one.person.mean() < 0.8
    assert one.person[48, 48] and not one.person[3, 3]
    assert one.pose is not None
    nose, *_, left_shoulder, right_shoulder = one.pose.points[[0, 11, 12]]
    assert abs(nose[0] - 0.52) < 0.1 and right_shoulder[0] < nose[0] < left_shoulder[0]
    assert one.background is not None and one.sharpness > 0.5


@needs_models
@pytest.mark.skipif(THERE is not None and not THERE.identity, reason="needs dlib")
def test_a_face_is_the_same_in_another_light_and_size(tmp_path: Path) -> None:
    image = photograph()
    dark = ImageEnhance.Brightness(image).enhance(0.6)
    small = image.resize((256, 300)).crop((30, 10, 240, 260))
    faces = [one.identity for one in seen([image, dark, small], tmp_path)]
    assert all(face is not None for face in faces)
    stacked = np.stack([face for face in faces if face is not None])
    assert np.linalg.norm(stacked - stacked[0], axis=1).max() < 0.45


@needs_models
def test_where_nobody_is_nobody_is_seen(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    for one in seen([Image.new("RGB", (300, 200), (90, 140, 90)), Image.fromarray(noise)], tmp_path):
        assert (one.error, one.faces, one.person, one.pose, one.identity) == ("", (), None, None, None)
        assert one.background is not None


@needs_models
def test_in_the_cartoon_world_the_set_itself_is_read(tmp_path: Path) -> None:
    looks = [
        HELD_OUT[0].seen(clothes="gray", zoom=zoom, angle=angle, background="gray")
        for zoom in ZOOMS
        for angle in ANGLES
    ]
    images = seen([paint(look, Random(number)) for number, look in enumerate(looks)], tmp_path)
    decided = trust(images, images[:4])
    assert (decided.masks, decided.identity) == (False, False)
    assert "colour, layout and edges" in decided.reason


@needs_models
def test_nothing_of_the_models_is_loaded_here(tmp_path: Path) -> None:
    photograph().save(tmp_path / "a.png")
    code = (
        "import sys; from pathlib import Path; from consistent_character.vision.seeing import installing, sight;"
        "there = installing.installed();"
        "s = sight.Sight(sight.lookers(there), workers=1);"
        f"assert s.look([Path({str(tmp_path / 'a.png')!r})])[0].faces; s.close();"
        "print([name for name in ('mediapipe', 'dlib', 'google.protobuf') if name in sys.modules],"
        " any('seeing' in entry for entry in sys.path))"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[0] == "[] False", done.stdout + done.stderr
