"""Photographs of people from libraries' sample data, composed before real scenes and plain walls.

Nothing of it is in this repository: pip brings the packages that hold the photographs. Their terms: the astronaut, the
rear admiral and the two presidents are works of the United States' government (public domain); the scenes are
scikit-image's (CC0) and scikit-learn's (CC BY).
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from consistent_character.vision.seeing.seen import Seen
from consistent_character.vision.seeing.sight import Sight

SIZE = 320
"""Edge of the composed pictures, in pixels."""
WALLS = {"gray": (128, 128, 128), "white": (236, 236, 236), "green": (60, 170, 80)}
_PACKAGES = ("scikit-image==0.22.0", "scikit-learn==1.4.2", "matplotlib==3.8.4")
_SOURCES = ("face_recognition==1.3.0",)
_FACES = "face_recognition-1.3.0/tests/test_images"
PHOTOGRAPHS = {
    "astronaut": ("skimage/data/astronaut.png",),
    "admiral": ("matplotlib/mpl-data/sample_data/grace_hopper.jpg",),
    "biden": (f"{_FACES}/biden.jpg",),
    "obama": (f"{_FACES}/obama.jpg", f"{_FACES}/obama3.jpg", f"{_FACES}/obama2.jpg"),
}
"""The last photograph of a person with several is what iterations draw, and in no training set."""
PLACES = {
    "temple": "sklearn/datasets/images/china.jpg",
    "flowers": "sklearn/datasets/images/flower.jpg",
    "meadow": "skimage/data/grass.png",
    "night": "skimage/data/rocket.jpg",
    "workshop": "skimage/data/motorcycle_left.png",
    "gray bricks": "skimage/data/brick.png",
}
_TINTS = {"meadow": (70, 120, 50), "gray bricks": (140, 140, 145)}
"""Colours for scenes whose photographs are gray."""


def fetch(folder: Path) -> Path:
    """The folder with the photographs, downloaded once."""
    if not (folder / "done").exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
        wheels = ["--only-binary", ":all:", "--python-version", "3.11", "--platform", "manylinux2014_x86_64"]
        subprocess.run([*pip, *wheels, *_PACKAGES], check=True)
        subprocess.run([*pip, "--no-binary", ":all:", *_SOURCES], check=True)
        for archive in folder.iterdir():
            _unpack(archive, folder)
        (folder / "done").touch()
    return folder


def _unpack(archive: Path, folder: Path) -> None:
    wanted = {name for names in (*PHOTOGRAPHS.values(), tuple(PLACES.values())) for name in names}
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as content:
            for name in wanted & set(content.namelist()):
                content.extract(name, folder)
    elif archive.name.endswith(".tar.gz"):
        with tarfile.open(archive) as content:
            for name in wanted & set(content.getnames()):
                found = content.extractfile(name)
                assert found is not None, "these are files"
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(found.read())


@dataclass(frozen=True)
class Cutout:
    """A person cut out of a photograph, and where the face is in it, in pixels."""

    image: Image.Image
    alpha: Image.Image
    face: tuple[float, float, float, float]


def cutouts(folder: Path, sight: Sight) -> dict[str, tuple[Cutout, ...]]:
    """Everybody, cut out with the person mask that was seen."""
    paths = {name: [folder / path for path in found] for name, found in PHOTOGRAPHS.items()}
    return {
        name: tuple(_cut(path, seen) for path, seen in zip(found, sight.look(found), strict=True))
        for name, found in paths.items()
    }


def _cut(path: Path, seen: Seen) -> Cutout:
    assert seen.person is not None and seen.faces, f"nobody is seen in {path}"
    image = Image.open(path).convert("RGB")
    image.thumbnail((800, 800))
    mask = Image.fromarray(seen.person.astype(np.uint8) * 255).resize(image.size, Image.Resampling.BICUBIC)
    soft = mask.filter(ImageFilter.GaussianBlur(max(image.size) / 150)).point(
        lambda level: min(255, max(0, 3 * (level - 100)))
    )
    width, height = image.size
    left, top, right, bottom = seen.faces[0].box
    return Cutout(image, soft, (left * width, top * height, right * width, bottom * height))


def place(folder: Path, name: str, chance: Random) -> Image.Image:
    """Another part of the scene for each seed."""
    image = Image.open(folder / PLACES[name])
    if name in _TINTS:
        image = ImageOps.colorize(
            ImageOps.autocontrast(image.convert("L")), (10, 10, 10), (245, 245, 245), _TINTS[name]
        )
    image = image.convert("RGB")
    edge = round(min(image.size) * chance.uniform(0.6, 0.95))
    left, top = (chance.randint(0, side - edge) for side in image.size)
    part = image.crop((left, top, left + edge, top + edge)).resize((SIZE, SIZE), Image.Resampling.LANCZOS)
    return ImageOps.mirror(part) if chance.random() < 0.5 else part


def wall(name: str, chance: Random) -> Image.Image:
    """A plain backdrop whose light falls off, as a studio's does."""
    y, x = np.mgrid[:SIZE, :SIZE] / SIZE - 0.5
    fall = 1 + chance.uniform(-0.1, 0.1) * x + chance.uniform(-0.1, 0.1) * y + chance.uniform(-0.03, 0.03)
    levels = np.clip(np.asarray(WALLS[name]) * fall[..., None], 0, 255)
    return Image.fromarray(levels.astype(np.uint8))


def composed(person: Cutout, backdrop: Image.Image, closeness: float, seed: int, aside: float = 0.06) -> Image.Image:
    """The person before the backdrop; the face is about `closeness` of the picture high.

    The seed moves and lights them; `aside`, a share of the picture, is how far from its middle they may stand.
    """
    chance = Random(seed)
    left, top, right, bottom = person.face
    scale = closeness * chance.uniform(0.88, 1.12) * SIZE / (bottom - top)
    size = tuple(round(side * scale) for side in person.image.size)
    x = round(SIZE * (0.5 + chance.uniform(-aside, aside)) - scale * (left + right) / 2)
    # Never so high that the lower edge of the photograph shows.
    y = max(round(SIZE * chance.uniform(0.42, 0.54) - scale * (top + bottom) / 2), SIZE - size[1])
    image = ImageEnhance.Brightness(person.image.resize(size)).enhance(chance.uniform(0.85, 1.15))
    picture = backdrop.copy()
    picture.paste(image, (x, y), person.alpha.resize(size))
    return _grained(ImageOps.mirror(picture) if chance.random() < 0.5 else picture, seed)


def _grained(picture: Image.Image, seed: int) -> Image.Image:
    levels = np.asarray(picture.filter(ImageFilter.GaussianBlur(0.6)), dtype=np.float32)
    noise: npt.NDArray[np.float64] = np.random.default_rng(seed).normal(0, 3, levels.shape)
    return Image.fromarray(np.clip(levels + noise, 0, 255).astype(np.uint8))
