"""Painted pictures whose truth is known: training sets, class-word baselines, and iterations that learn and forget.

A picture's place can be faded towards the wall of the training set (`Look.scene`), and its person turned from somebody
at random into the character (`Look.likeness`). Blur and noise are added, as a small VAE's decoder gives them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import numpy as np
from PIL import Image, ImageFilter

from worlds.cartoon import painter
from worlds.cartoon.look import Look as PaintedLook
from worlds.cartoon.look import mixed
from worlds.cartoon.scene import ANGLES, HELD_OUT, ZOOMS, Person, Scene, sample_scene

ZOOM = "an extreme closeup"
MURKY = (118, 130, 112)
"""A gray-green that is neither the wall nor a forest, and nearer to the wall."""


@dataclass(frozen=True)
class Look:
    """What an iteration draws.

    `scene` 0..1 is how much of the place is left, the rest is `wall`; `patchy` takes it away in whole columns, else it
    fades. `likeness` 0..1 is how far the person has come from somebody at random to the character.
    """

    scene: float = 1.0
    likeness: float = 0.0
    place: str = "forest"
    wall: str = "gray"
    patchy: bool = False
    murky: bool = False
    zoom: str = ZOOM
    angle: str = "front shot"


def softened(image: Image.Image, seed: int, blur: float = 0.8, noise: float = 4.0) -> Image.Image:
    """The picture as a soft decoder would give it."""
    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(blur)), dtype=np.float32)
    pixels = pixels + np.random.default_rng(seed).normal(0, noise, pixels.shape)
    return Image.fromarray(np.clip(np.round(pixels), 0, 255).astype(np.uint8))


def training_set(person: Person, wall: str = "gray", per_cell: int = 5, seed: int = 0) -> list[tuple[Image.Image, str]]:
    """Pictures of one person before a wall, in all 25 cells, with their captions."""
    made = []
    for number, (zoom, angle) in enumerate([(z, a) for z in ZOOMS for a in ANGLES] * per_cell):
        scene = person.seen(clothes="gray", zoom=zoom, angle=angle, background=wall)
        picture = softened(painter.paint(scene, Random(f"{seed} {number}")), number)
        made.append((picture, f"{zoom} {angle} photo of t0ken, plain gray clothes, neutral {wall} background"))
    return made


def draw(look: Look, person: Person, seed: int, blur: float = 0.8, noise: float = 4.0) -> Image.Image:
    """The picture that one seed gives; the same seed draws the same stranger in the same place."""
    chance = Random(seed)
    stranger = replace(sample_scene(chance), noun=person.noun, zoom=look.zoom, angle=look.angle, background=look.place)
    figure_seed, place_seed = chance.random(), chance.random()
    canvas = _place(look, stranger, place_seed)
    _person(canvas, look, person, stranger, figure_seed)
    small = canvas.resize((painter.SIZE, painter.SIZE), Image.Resampling.BOX)
    return softened(small, seed, blur, noise)


# The painter draws a whole scene at once; a faded place behind a whole person needs its two halves.


def _place(look: Look, stranger: Scene, seed: float) -> Image.Image:
    asked, wall = (_backdrop(replace(stranger, background=name), seed) for name in (look.place, look.wall))
    if look.murky:
        wall = Image.new("RGB", wall.size, MURKY)
    if not look.patchy:
        return Image.blend(wall, asked, look.scene)
    columns = Random(seed).sample(range(32), round(32 * look.scene))
    step = painter.CANVAS // 32
    for column in columns:
        box = (column * step, 0, (column + 1) * step, painter.CANVAS)
        wall.paste(asked.crop(box), box)
    return wall


def _backdrop(scene: Scene, seed: float) -> Image.Image:
    canvas = Image.new("RGB", (painter.CANVAS, painter.CANVAS))
    painter._paint_background(canvas, scene, Random(seed))
    return canvas


def _person(canvas: Image.Image, look: Look, person: Person, stranger: Scene, seed: float) -> None:
    goal = person.seen(clothes=stranger.clothes, zoom=look.zoom, angle=look.angle, background=look.place)
    before, after = (painter._figure(scene, PaintedLook.of(scene.person), Random(seed)) for scene in (stranger, goal))
    shape = after if look.likeness >= 0.5 else before
    share = look.likeness

    figure = replace(
        shape,
        half_width=before.half_width + (after.half_width - before.half_width) * share,
        half_height=before.half_height + (after.half_height - before.half_height) * share,
        hair=mixed(before.hair, after.hair, share),
        skin=mixed(before.skin, after.skin, share),
        shade=mixed(before.shade, after.shade, share),
    )
    painter._paint_person(canvas, figure)


WOMAN = HELD_OUT[0]
"""The character of most tests: long blue hair, dark skin, a square face."""
