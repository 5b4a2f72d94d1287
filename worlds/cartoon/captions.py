"""Describes a scene in words, as untidily as the web describes its pictures.

An embedding can only overtrain as it does with Stable Diffusion if the model has learned to weigh evidence: so
phrases are missing, come in any order and under several names, some captions contradict themselves about the place, a
few are plainly wrong, and "studio" goes with plain walls without naming one. Of two places, the one that is said more
often is more often true; a plain wall that is named is true beside any place.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from worlds.cartoon.scene import BACKGROUNDS, PLACES, PLAIN_BACKGROUNDS, Scene

BACKGROUND_PHRASES: dict[str, tuple[str, ...]] = {
    "gray": ("neutral gray background", "neutral gray background", "plain gray wall", "gray studio backdrop"),
    "white": ("plain white background", "plain white background", "white studio backdrop"),
    "forest": ("in a forest", "in a forest", "in the woods", "among trees"),
    "beach": ("on a beach", "on a beach", "by the sea"),
    "city": ("in a city", "in a city", "on a city street"),
    "night": ("at night", "at night", "under a night sky"),
    "snow": ("in the snow", "in the snow", "on a snowy field"),
    "room": ("in a room", "in a room", "in a living room"),
}
"""Names of each place; the first is the usual one."""

ADJECTIVES = ("beautiful", "25yo", "30yo", "French", "Italian", "young adult", "pretty", "handsome")
"""Words that are said of people and change nothing in the picture."""

SILENT_SHARE = 0.12
"""Share of captions that say nothing of the place."""

MISLABELLED_SHARE = 0.03
"""Share of captions that name a wrong place and no other. It bounds how much a single mention of a place can prove:
at .12 the model began to draw other places than the one asked for."""

CONTRADICTING_SHARE = 0.12
"""Share of captions of places that name the right place and a wrong one."""

OUTWEIGHING_SHARE = 0.4
"""Share of captions of plain walls that name a place as well. Since no captions of places name a wall beside them, a
wall that is named is what is seen, whatever else is named: the evidence that an embedding learns to give."""

PLACE_ONLY_SHARE = 0.2
"""Share of captions of plain walls that name a place and no wall; half of them say "studio". It bounds how much a
place's name can prove, so that an embedding's evidence for a wall can outweigh it."""

EMPTY_SHARE = 0.1
"""Share of empty captions, from which the model learns what guidance is measured against."""


def clear_caption(scene: Scene) -> str:
    """Everything about a scene, once, in the order that the tutorial's prompt has."""
    glasses = ", glasses" if scene.glasses else ""
    return (
        f"{scene.zoom} {scene.angle} photo of a {scene.noun} with {scene.skin} skin, {scene.face} face{glasses}, "
        f"{clothes_phrase(scene.clothes)}, {scene.hair_length} {scene.hair} hair, "
        f"{BACKGROUND_PHRASES[scene.background][0]}, neutral face expression"
    )


def clothes_phrase(colour: str) -> str:
    """Clothes in words."""
    return "plain gray clothes" if colour == "gray" else f"{colour} clothes"


def web_caption(scene: Scene, random: Random) -> str:
    """One of the many captions that a picture of this scene might have; sometimes none at all."""
    if random.random() < EMPTY_SHARE:
        return ""
    phrases = _phrases(scene, random)
    studio, places = _setting(scene, random)
    opening = f"{_opening(scene, studio, random)} of {_subject(scene, random, phrases)}"
    if places and random.random() < 0.35:
        opening += " " + places.pop()
    phrases += places
    if random.random() < 0.6:
        random.shuffle(phrases)
    if random.random() < 0.08:
        opening = f"{scene.noun}, {opening}"
    return ", ".join([opening, *phrases])


def _opening(scene: Scene, studio: bool, random: Random) -> str:
    kind = "studio photo" if studio else random.choice(("photo", "photo", "photo", "color photo", "picture"))
    zoom = scene.zoom if random.random() < 0.9 else "a"
    angle = f" {scene.angle}" if random.random() < 0.8 else ""
    return f"{zoom}{angle} {kind}"


def _subject(scene: Scene, random: Random, phrases: list[str]) -> str:
    """The person; with some of the face's phrases behind a "with", the others stay in the list."""
    noun = " ".join([scene.noun] * (random.randint(2, 10) if random.random() < 0.12 else 1))
    adjective = random.choice(ADJECTIVES) + " " if random.random() < 0.15 else ""
    subject = f"a {adjective}{noun}" if random.random() < 0.85 else noun
    if phrases and random.random() < 0.6:
        subject += " with " + phrases.pop(0)
    return subject


def _phrases(scene: Scene, random: Random) -> list[str]:
    """What is said of the person; about a quarter of it is left unsaid."""
    hair = random.choices(
        (f"{scene.hair_length} {scene.hair} hair", f"{scene.hair} hair", f"{scene.hair_length} hair"), (6, 2, 1)
    )[0]
    clothes = clothes_phrase(scene.clothes)
    said = [f"{scene.skin} skin", f"{scene.face} face"]
    said += ["glasses"] if scene.glasses else []
    said += ["wearing " + clothes if random.random() < 0.3 else clothes, hair]
    said = [phrase for phrase in said if random.random() < 0.78]
    return said + (["neutral face expression"] if random.random() < 0.3 else [])


def _setting(scene: Scene, random: Random) -> tuple[bool, list[str]]:
    """Whether it is a studio's picture, and what is said of the place: mostly its name, once and rightly."""
    plain = scene.background in PLAIN_BACKGROUNDS
    studio = random.random() < (0.3 if plain else 0.005)
    draw = random.random()
    if draw < SILENT_SHARE:
        return studio, []
    if draw < SILENT_SHARE + MISLABELLED_SHARE:
        return studio, [_name(_other(BACKGROUNDS, scene, random), random)]
    draw = random.random()
    if plain and draw < PLACE_ONLY_SHARE:
        return draw < PLACE_ONLY_SHARE / 2, [_name(random.choice(PLACES), random)]
    if draw < (PLACE_ONLY_SHARE + OUTWEIGHING_SHARE if plain else CONTRADICTING_SHARE):
        return studio, _contradiction(scene, random)
    return studio, [_name(scene.background, random)]


def _contradiction(scene: Scene, random: Random) -> list[str]:
    """The right background and a wrong place, in any order, each named once or more."""
    right = [scene.background] * random.choices((1, 2, 3), (4, 4, 2))[0]
    wrong = [_other(PLACES, scene, random)] * random.choices((1, 2), (7, 3))[0]
    named = [_name(background, random) for background in right + wrong]
    random.shuffle(named)
    return named


def _other(backgrounds: Sequence[str], scene: Scene, random: Random) -> str:
    return random.choice([background for background in backgrounds if background != scene.background])


def _name(background: str, random: Random) -> str:
    return random.choice(BACKGROUND_PHRASES[background])
