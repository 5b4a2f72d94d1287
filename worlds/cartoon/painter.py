"""Draws a scene: flat colours, clear shapes, and enough chance that no two pictures are the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw

from worlds.cartoon.look import CLOTHES_COLOURS, Colour, Look, mixed
from worlds.cartoon.scene import Scene

SIZE = 96
"""Width and height of a picture, in pixels."""

SUPERSAMPLING = 3
CANVAS = SIZE * SUPERSAMPLING
_CORNERS = 72

FRAMINGS: dict[str, tuple[float, float]] = {
    "an extreme closeup": (0.345, 0.55),
    "a medium closeup": (0.262, 0.47),
    "a closeup": (0.196, 0.42),
    "a medium shot": (0.134, 0.29),
    "a full body": (0.088, 0.17),
}
"""Radius and centre height of the head for each zoom, as a share of the picture."""

HORIZONS = {"shot from above": 0.17, "low angle shot": 0.86}
"""Height of the horizon where the viewing angle moves it; it is about the middle elsewhere."""


def paint(scene: Scene, random: Random, look: Look | None = None) -> Image.Image:
    """The picture of a scene, RGB, `SIZE` x `SIZE` pixels; `random` decides what the scene leaves open.

    With a `look` its person is painted so, which may lie between two people.
    """
    canvas = Image.new("RGB", (CANVAS, CANVAS))
    _paint_background(canvas, scene, random)
    _paint_person(canvas, _figure(scene, look or Look.of(scene.person), random))
    return canvas.resize((SIZE, SIZE), Image.Resampling.BOX)


def _varied(colour: Sequence[float], random: Random, amount: float = 9) -> Colour:
    red, green, blue = (round(max(0.0, min(255.0, value + random.uniform(-amount, amount)))) for value in colour)
    return red, green, blue


# --- places ---------------------------------------------------------------------------------------------------------


def _paint_background(canvas: Image.Image, scene: Scene, random: Random) -> None:
    horizon = HORIZONS.get(scene.angle, 0.55) + random.uniform(-0.05, 0.05)
    _PLACES[scene.background](canvas, ImageDraw.Draw(canvas), horizon, random)


def _gradient(draw: ImageDraw.ImageDraw, top: float, bottom: float, upper: Colour, lower: Colour) -> None:
    start, end = round(top * CANVAS), round(bottom * CANVAS)
    for y in range(start, end, SUPERSAMPLING):
        share = (y - start) / max(1, end - start)
        red, green, blue = (round(a + (b - a) * share) for a, b in zip(upper, lower, strict=True))
        draw.rectangle((0, y, CANVAS, y + SUPERSAMPLING), fill=(red, green, blue))


def _disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: Colour) -> None:
    draw.ellipse(tuple(round(v * CANVAS) for v in (x - radius, y - radius, x + radius, y + radius)), fill=colour)


def _box(draw: ImageDraw.ImageDraw, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
    draw.rectangle(tuple(round(v * CANVAS) for v in (left, top, right, bottom)), fill=colour)


def _plain(shade: float, spread: float) -> Callable[[Image.Image, ImageDraw.ImageDraw, float, Random], None]:
    def paint_wall(canvas: Image.Image, draw: ImageDraw.ImageDraw, horizon: float, random: Random) -> None:
        value = round(random.uniform(shade - spread, shade + spread))
        canvas.paste((value, value, value), (0, 0, CANVAS, CANVAS))

    return paint_wall


def _forest(canvas: Image.Image, draw: ImageDraw.ImageDraw, horizon: float, random: Random) -> None:
    _gradient(draw, 0, horizon, _varied((66, 132, 58), random), _varied((40, 98, 42), random))
    _gradient(draw, horizon, 1, _varied((64, 112, 42), random), _varied((46, 78, 28), random))
    for slot in range(6):
        x, half = (slot + random.uniform(0.1, 0.9)) / 6, random.uniform(0.025, 0.05)
        _box(draw, x - half, 0, x + half, horizon + random.uniform(0, 0.12), _varied((86, 56, 30), random))
    for _ in range(9):
        x, y = random.uniform(0, 1), random.uniform(-0.05, max(0.1, horizon * 0.6))
        _disc(draw, x, y, random.uniform(0.07, 0.14), _varied((44, 142, 48), random, 20))


def _beach(canvas: Image.Image, draw: ImageDraw.ImageDraw, horizon: float, random: Random) -> None:
    shore = horizon + 0.12
    _gradient(draw, 0, horizon, _varied((108, 190, 250), random), _varied((188, 228, 252), random))
    _box(draw, 0, horizon, 1, shore, _varied((24, 112, 186), random))
    _gradient(draw, shore, 1, _varied((242, 216, 150), random), _varied((226, 196, 126), random))


def _city(canvas: Image.Image, draw: ImageDraw.ImageDraw, horizon: float, random: Random) -> None:
    _gradient(draw, 0, horizon, _varied((236, 212, 196), random), _varied((242, 226, 214), random))
    _box(draw, 0, horizon, 1, 1, _varied((70, 68, 82), random))
    x = -0.05
    while x < 1:
        width, top = random.uniform(0.16, 0.26), horizon - random.uniform(0.4, 0.9) * max(0.3, horizon)
        wall = _varied(random.choice([(166, 86, 70), (92, 106, 152), (152, 120, 98)]), random)
        _box(draw, x, top, x + width, horizon, wall)
        _windows(draw, x, top, x + width, horizon)
        x += width + random.uniform(0, 0.03)


def _windows(draw: ImageDraw.ImageDraw, left: float, top: float, right: float, bottom: float) -> None:
    row = top + 0.03
    while row < bottom - 0.04:
        column = left + 0.03
        while column < right - 0.03:
            _box(draw, column, row, column + 0.03, row + 0.035, (250, 235, 150))
            column += 0.07
        row += 0.08


def _night(canvas: Image.Image, draw: ImageDraw.ImageDraw, horizon: float, random: Random) -> None:
    _gradient(draw, 0, horizon, _varied((8, 10, 44), random, 5), _varied((24, 24, 78), random, 5))
    _box(draw, 0, horizon, 1, 1, _varied((12, 16, 26), random, 5))
    for _ in range(18):
        _disc(draw, random.uniform(0, 1), random.uniform(0, horizon), 0.009, (245, 245, 220))
    _disc(draw, random.choice((0.11, 0.89)), 0.12, 0.075, (245, 240, 205))


def _snow(canvas: Image.Image, draw: ImageDraw.ImageDraw, horizon: float, random: Random) -> None:
    _gradient(draw, 0, horizon, _varied((150, 178, 212), random), _varied((190, 212, 236), random))
    _box(draw, 0, horizon, 1, 1, _varied((246, 249, 254), random, 4))
    for _ in range(36):
        _disc(draw, random.uniform(0, 1), random.uniform(0, 1), 0.012, (255, 255, 255))


def _room(canvas: Image.Image, draw: ImageDraw.ImageDraw, horizon: float, random: Random) -> None:
    floor = horizon + 0.15 if horizon < 0.8 else 0.92
    _box(draw, 0, 0, 1, 1, _varied((206, 122, 86), random))
    _box(draw, 0, floor, 1, 1, _varied((120, 66, 40), random))
    x = random.choice((0.15, 0.85))
    _box(draw, x - 0.12, 0.08, x + 0.12, 0.34, (250, 250, 250))
    _box(draw, x - 0.10, 0.10, x + 0.10, 0.32, _varied((168, 214, 246), random))


_PLACES: dict[str, Callable[[Image.Image, ImageDraw.ImageDraw, float, Random], None]] = {
    "gray": _plain(148, 12),
    "white": _plain(243, 8),
    "forest": _forest,
    "beach": _beach,
    "city": _city,
    "night": _night,
    "snow": _snow,
    "room": _room,
}


# --- people ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Figure:
    """The measures and colours of one person on the canvas, in canvas pixels; `x`, `y` is the head's centre."""

    scene: Scene
    look: Look
    x: float
    y: float
    radius: float
    half_width: float
    half_height: float
    body_width: float
    body_height: float
    lowering: float
    facing: int
    hair: Colour
    skin: Colour
    shade: Colour
    clothes: Colour
    dark: Colour
    light: Colour
    lips: Colour

    @property
    def shoulders(self) -> float:
        neck = 0.5 if self.scene.angle == "low angle shot" else 0.22
        return self.y + self.half_height + neck * self.radius * self.body_height

    @property
    def hips(self) -> float:
        return self.shoulders + 2.7 * self.radius * self.body_height

    @property
    def feet(self) -> float:
        return self.hips + 3.2 * self.radius * self.body_height


_PERSPECTIVES = {"shot from above": (1.1, 0.76, 0.62, 0.30), "low angle shot": (0.88, 1.26, 1.12, -0.26)}
"""Scale of the head, width and height of the body, and how far the face moves down, for the angles that change them."""


def _figure(scene: Scene, look: Look, random: Random) -> _Figure:
    scale, body_width, body_height, lowering = _PERSPECTIVES.get(scene.angle, (1.0, 1.0, 1.0, 0.0))
    share, height = FRAMINGS[scene.zoom]
    radius = share * scale * random.uniform(0.96, 1.04) * CANVAS
    dim = 0.84 if scene.background == "night" else 1.0
    skin = _dimmed(_varied(look.skin, random, 7), dim)
    return _Figure(
        scene=scene,
        look=look,
        x=(0.5 + random.uniform(-0.03, 0.03)) * CANVAS,
        y=(height + random.uniform(-0.015, 0.015)) * CANVAS,
        radius=radius,
        half_width=look.half_width * radius,
        half_height=look.half_height * radius,
        body_width=body_width,
        body_height=body_height,
        lowering=lowering,
        facing=random.choice((-1, 1)),
        hair=_dimmed(_varied(look.hair, random, 7), dim),
        skin=skin,
        shade=_dimmed(skin, 0.82),
        clothes=_dimmed(_varied(CLOTHES_COLOURS[scene.clothes], random, 7), dim),
        dark=_dimmed((24, 22, 30), dim),
        light=_dimmed((250, 250, 250), dim),
        lips=_dimmed((150, 66, 58) if scene.noun == "man" else (206, 40, 62), dim),
    )


def _dimmed(colour: Sequence[int], share: float) -> Colour:
    red, green, blue = (round(value * share) for value in colour)
    return red, green, blue


def _paint_person(canvas: Image.Image, figure: _Figure) -> None:
    draw = ImageDraw.Draw(canvas)
    rear = figure.scene.angle == "rear angle"
    if not rear:
        _long_hair(draw, figure)
    _legs(draw, figure)
    _torso(draw, figure)
    if rear:
        _back_of_head(draw, figure)
        return
    _head(canvas, draw, figure)
    _features(draw, figure)


def _long_hair(draw: ImageDraw.ImageDraw, f: _Figure) -> None:
    if not f.look.hair_length:
        return
    top, shortest, longest = f.y - 0.55 * f.half_height, f.y + 0.15 * f.half_height, f.y + 1.7 * f.radius
    bottom = shortest + (longest - shortest) * f.look.hair_length
    if f.scene.angle == "side angle":
        near, far = sorted((f.x - f.facing * 0.1 * f.half_width, f.x - f.facing * 1.2 * f.half_width))
        draw.rounded_rectangle((near, top, far, bottom), radius=0.3 * f.radius, fill=f.hair)
    else:
        box = (f.x - 1.24 * f.half_width, top, f.x + 1.24 * f.half_width, bottom)
        draw.rounded_rectangle(box, radius=0.4 * f.radius, fill=f.hair)


def _legs(draw: ImageDraw.ImageDraw, f: _Figure) -> None:
    r, w = f.radius, f.radius * f.body_width
    trousers = f.dark if f.scene.noun == "man" else f.skin
    for side in (-1, 1):
        inner, outer = sorted((f.x + side * 0.12 * w, f.x + side * 0.72 * w))
        draw.rectangle((inner, f.hips - 0.2 * r, outer, f.feet), fill=trousers)
        toe, heel = sorted((f.x + side * 0.08 * w, f.x + side * 0.95 * w))
        draw.ellipse((toe, f.feet - 0.25 * r, heel, f.feet + 0.25 * r), fill=(52, 34, 34))


def _torso(draw: ImageDraw.ImageDraw, f: _Figure) -> None:
    r, h = f.radius, f.radius * f.body_height
    man = f.scene.noun == "man"
    narrow = 0.62 if f.scene.angle == "side angle" else 1.0
    half = (1.7 if man else 1.35) * r * f.body_width * narrow
    top, hips = f.shoulders, f.hips
    draw.rectangle((f.x - 0.34 * r, f.y + 0.5 * f.half_height, f.x + 0.34 * r, top + 0.25 * r), fill=f.shade)
    sleeve = f.clothes if man else f.skin
    for side in (-1, 1) if narrow == 1.0 else (f.facing,):
        arm = [(f.x + side * half * 0.86, top + 0.35 * r), (f.x + side * (half + 0.2 * r), hips)]
        draw.line(arm, fill=sleeve, width=max(2, round(0.42 * r)))
    if man:
        draw.rounded_rectangle((f.x - half, top, f.x + half, hips), radius=0.35 * r, fill=f.clothes)
        return
    waist, hem = 0.6 * half, 1.05 * half
    right = [(0.4 * half, top - 0.05 * h), (half, top + 0.3 * h), (waist, top + 1.5 * h), (hem, hips + 0.9 * h)]
    outline = [(f.x + x, y) for x, y in right] + [(f.x - x, y) for x, y in reversed(right)]
    draw.polygon(outline, fill=f.clothes)


def _skull(draw: ImageDraw.ImageDraw, f: _Figure, box: tuple[float, float, float, float], fill: Colour | int) -> None:
    if f.look.squareness >= 1:
        draw.rounded_rectangle(box, radius=0.24 * f.radius, fill=fill)
    elif f.look.squareness <= 0:
        draw.ellipse(box, fill=fill)
    else:
        draw.polygon(_superellipse(box, 2 / (1 - 2 * f.look.squareness / 3)), fill=fill)


def _superellipse(box: tuple[float, float, float, float], exponent: float) -> list[tuple[float, float]]:
    """An outline between an ellipse (exponent 2) and a box (Lame's curve)."""
    left, top, right, bottom = box
    points = []
    for corner in range(_CORNERS):
        across, down = math.cos(math.tau * corner / _CORNERS), math.sin(math.tau * corner / _CORNERS)
        x, y = (math.copysign(abs(part) ** (2 / exponent), part) for part in (across, down))
        points.append(((left + right + (right - left) * x) / 2, (top + bottom + (bottom - top) * y) / 2))
    return points


def _back_of_head(draw: ImageDraw.ImageDraw, f: _Figure) -> None:
    _skull(
        draw,
        f,
        (f.x - 1.1 * f.half_width, f.y - 1.15 * f.half_height, f.x + 1.1 * f.half_width, f.y + 0.9 * f.half_height),
        f.hair,
    )
    _long_hair(draw, f)


def _head(canvas: Image.Image, draw: ImageDraw.ImageDraw, f: _Figure) -> None:
    """The face, and over it a cap of hair down to the hair line (and, seen from the side, over the back half)."""
    w, h = f.half_width, f.half_height
    cap = (f.x - 1.12 * w, f.y - 1.15 * h, f.x + 1.12 * w, f.y + 0.92 * h)
    _skull(draw, f, (f.x - w, f.y - h, f.x + w, f.y + h), f.skin)
    shape, cut = Image.new("L", canvas.size, 0), Image.new("L", canvas.size, 0)
    _skull(ImageDraw.Draw(shape), f, cap, 255)
    scissors = ImageDraw.Draw(cut)
    scissors.rectangle((0, 0, CANVAS, f.y + (-0.44 + 1.25 * f.lowering) * h), fill=255)
    if f.scene.angle == "side angle":
        edge, bottom = f.x - f.facing * 0.02 * w, f.y + 0.5 * h
        scissors.rectangle((0, 0, edge, bottom) if f.facing > 0 else (edge, 0, CANVAS, bottom), fill=255)
    else:
        for left, right in ((f.x - 1.2 * w, f.x - 0.84 * w), (f.x + 0.84 * w, f.x + 1.2 * w)):
            scissors.rectangle((left, f.y - 1.2 * h, right, f.y + 0.15 * h), fill=255)
    canvas.paste(f.hair, (0, 0), ImageChops.multiply(shape, cut))


def _features(draw: ImageDraw.ImageDraw, f: _Figure) -> None:
    w, h, r = f.half_width, f.half_height, f.radius
    side = f.scene.angle == "side angle"
    eye_y = f.y + (-0.04 + f.lowering) * h
    for x in (f.x + f.facing * 0.5 * w,) if side else (f.x - 0.43 * w, f.x + 0.43 * w):
        _eye(draw, f, x, eye_y)
    if f.look.glasses:
        _bridge(draw, f, eye_y)
    if side:
        nose = [(0.85, -0.05), (1.32, 0.25), (0.82, 0.34)]
        draw.polygon([(f.x + f.facing * x * w, f.y + y * r) for x, y in nose], fill=f.skin)
    else:
        draw.ellipse(
            (f.x - 0.1 * r, f.y + (0.14 + f.lowering) * h, f.x + 0.1 * r, f.y + (0.32 + f.lowering) * h), fill=f.shade
        )
    mouth_x, mouth = (f.x + f.facing * 0.58 * w, 0.2 * r) if side else (f.x, 0.34 * r)
    mouth_y = f.y + (0.56 + 0.75 * f.lowering) * h
    draw.ellipse((mouth_x - mouth, mouth_y - 0.11 * r, mouth_x + mouth, mouth_y + 0.11 * r), fill=f.lips)


def _eye(draw: ImageDraw.ImageDraw, f: _Figure, x: float, y: float) -> None:
    size, under = 0.17 * f.radius, f.skin
    if f.look.glasses:
        rim, lens = 1.95 * size, mixed(under, _dimmed(f.light, 0.94), f.look.glasses)
        draw.ellipse(
            (x - rim, y - rim, x + rim, y + rim),
            fill=lens,
            outline=mixed(under, f.dark, f.look.glasses),
            width=max(2, round(0.12 * f.radius)),
        )
        under = lens
    white, pupil = (mixed(under, colour, f.look.eyes) for colour in (f.light, f.dark))
    draw.ellipse((x - size, y - 0.85 * size, x + size, y + 0.85 * size), fill=white)
    draw.ellipse((x - 0.62 * size, y - 0.7 * size, x + 0.62 * size, y + 0.7 * size), fill=pupil)


def _bridge(draw: ImageDraw.ImageDraw, f: _Figure, y: float) -> None:
    w = f.half_width
    ends = (
        (f.x - f.facing * 0.3 * w, f.x + f.facing * 0.2 * w)
        if f.scene.angle == "side angle"
        else (f.x - 0.15 * w, f.x + 0.15 * w)
    )
    draw.line((ends[0], y, ends[1], y), fill=mixed(f.skin, f.dark, f.look.glasses), width=max(2, round(0.1 * f.radius)))
