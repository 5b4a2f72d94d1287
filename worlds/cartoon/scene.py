"""What can be in a picture of the cartoon world: one person, seen in one way, in one place.

A `Scene` is the whole truth about a picture. The painter draws it, the captions describe it (not always truthfully),
and the reader is trained to find it again in the pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

NOUNS = ("woman", "man")
HAIR = ("black", "brown", "blonde", "red", "white", "blue", "purple", "pink")
HAIR_LENGTHS = ("long", "short")
SKIN = ("pale", "tan", "dark")
FACES = ("round", "long", "square")
GLASSES = (False, True)
CLOTHES = ("gray", "red", "blue", "yellow", "white", "black", "purple", "green")
ZOOMS = ("a full body", "a medium shot", "a closeup", "a medium closeup", "an extreme closeup")
ANGLES = ("front shot", "rear angle", "side angle", "shot from above", "low angle shot")
PLAIN_BACKGROUNDS = ("gray", "white")
PLACES = ("forest", "beach", "city", "night", "snow", "room")
BACKGROUNDS = PLAIN_BACKGROUNDS + PLACES

ATTRIBUTES: dict[str, tuple[object, ...]] = {
    "noun": NOUNS,
    "hair": HAIR,
    "hair_length": HAIR_LENGTHS,
    "skin": SKIN,
    "face": FACES,
    "glasses": GLASSES,
    "clothes": CLOTHES,
    "zoom": ZOOMS,
    "angle": ANGLES,
    "background": BACKGROUNDS,
}
"""Every attribute of a scene, and the values it may take."""

IDENTITY = ("noun", "hair", "hair_length", "skin", "face", "glasses")
"""The attributes that make somebody who they are; the others are how and where they are seen."""


@dataclass(frozen=True)
class Scene:
    """One picture's content. Every field holds one of the values listed in `ATTRIBUTES`."""

    noun: str
    hair: str
    hair_length: str
    skin: str
    face: str
    glasses: bool
    clothes: str
    zoom: str
    angle: str
    background: str

    @property
    def person(self) -> Person:
        """Who is seen."""
        return Person(self.noun, self.hair, self.hair_length, self.skin, self.face, self.glasses)


@dataclass(frozen=True)
class Person:
    """Somebody who lives in the cartoon world: the part of a scene that stays the same in every picture."""

    noun: str
    hair: str
    hair_length: str
    skin: str
    face: str
    glasses: bool

    def seen(self, *, clothes: str, zoom: str, angle: str, background: str) -> Scene:
        """The scene in which this person is seen so."""
        return Scene(
            self.noun, self.hair, self.hair_length, self.skin, self.face, self.glasses, clothes, zoom, angle, background
        )

    @property
    def look(self) -> str:
        """Who this is in words, as a character's `look` is written.

        Hair belongs to it, for drawn people are known by it.
        """
        glasses = ", glasses" if self.glasses else ""
        return f"a {self.noun} with {self.skin} skin, {self.face} face{glasses}, {self.hair_length} {self.hair} hair"


HELD_OUT = (
    Person("woman", "blue", "long", "dark", "square", False),
    Person("woman", "red", "short", "tan", "long", True),
    Person("man", "blonde", "short", "dark", "round", False),
    Person("woman", "pink", "long", "tan", "round", False),
    Person("man", "white", "short", "pale", "square", True),
    Person("woman", "purple", "short", "pale", "long", False),
    Person("man", "brown", "long", "tan", "square", False),
    Person("woman", "white", "long", "dark", "long", False),
)
"""People whom no picture shows that the checkpoint learned from: the characters to be made."""


def sample_scene(random: Random) -> Scene:
    """A random scene; women with long hair and the usual views are more frequent, held-out people never come."""
    while True:
        woman = random.random() < 0.65
        scene = Scene(
            noun="woman" if woman else "man",
            hair=random.choice(HAIR),
            hair_length="long" if random.random() < (0.65 if woman else 0.25) else "short",
            skin=random.choice(SKIN),
            face=random.choice(FACES),
            glasses=random.random() < 0.25,
            clothes=random.choice(CLOTHES),
            zoom=random.choices(ZOOMS, (1.5, 1.5, 2, 2, 3))[0],
            angle=random.choices(ANGLES, (3, 1.7, 2, 1.7, 1.7))[0],
            background=random.choices(BACKGROUNDS, (2.5, 1, 2, 1.3, 1, 1.2, 1, 1.2))[0],
        )
        if scene.person not in HELD_OUT:
            return scene
