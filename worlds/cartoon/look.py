"""How somebody of the cartoon world is painted, by colours and measures; and how like one look is to another.

A `Person` is named: hair is red or blue. What a model draws is seldom the one or the other: a `Look` may lie between
two people, and likeness is how little of the way to somebody else it lies.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from statistics import fmean
from typing import ClassVar

from worlds.cartoon.scene import FACES, GLASSES, HAIR, HAIR_LENGTHS, SKIN, Person

Colour = tuple[int, int, int]

HAIR_COLOURS: dict[str, Colour] = {
    "black": (28, 24, 28),
    "brown": (118, 70, 34),
    "blonde": (242, 210, 92),
    "red": (202, 44, 30),
    "white": (238, 238, 242),
    "blue": (40, 84, 222),
    "purple": (146, 50, 190),
    "pink": (250, 138, 190),
}
SKIN_COLOURS: dict[str, Colour] = {"pale": (252, 220, 200), "tan": (216, 158, 106), "dark": (112, 70, 46)}
CLOTHES_COLOURS: dict[str, Colour] = {
    "gray": (98, 100, 106),
    "red": (206, 36, 40),
    "blue": (40, 72, 202),
    "yellow": (242, 214, 50),
    "white": (242, 242, 242),
    "black": (30, 30, 36),
    "purple": (142, 50, 172),
    "green": (40, 150, 84),
}
FACE_SHAPES: dict[str, tuple[float, float]] = {"round": (1.0, 1.0), "long": (0.76, 1.16), "square": (0.94, 0.98)}
"""Half width and half height of a face, in head radii."""

_WIDTHS, _HEIGHTS = 0.24, 0.16
"""What a round face and a long one differ by: as much as a corner, which a square face has and the others have not."""


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """The colour `share` of the way from one to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


@dataclass(frozen=True)
class Look:
    """How somebody is painted.

    Colours are 0..255 by daylight, half width and height of the face in head radii; the others go from 0 (an oval face,
    short hair, no glasses, no eyes) to 1 (a square one, long hair, glasses, eyes as they should be).
    """

    hair: Colour
    skin: Colour
    half_width: float
    half_height: float
    squareness: float
    hair_length: float
    glasses: float
    eyes: float = 1.0

    SIZE: ClassVar[int] = 12
    """How many numbers it consists of."""

    @staticmethod
    def of(person: Person) -> Look:
        """How this person is painted."""
        width, height = FACE_SHAPES[person.face]
        return Look(
            hair=HAIR_COLOURS[person.hair],
            skin=SKIN_COLOURS[person.skin],
            half_width=width,
            half_height=height,
            squareness=float(person.face == "square"),
            hair_length=float(person.hair_length == "long"),
            glasses=float(person.glasses),
        )

    @property
    def values(self) -> tuple[float, ...]:
        """All that it consists of, about 0..1 each: what a reader of pictures gives back."""
        colours = [part / 255 for part in (*self.hair, *self.skin)]
        return (*colours, self.half_width, self.half_height, self.squareness, self.hair_length, self.glasses, self.eyes)

    @staticmethod
    def from_values(values: Iterable[float]) -> Look:
        """The look that consists of these `values`."""
        red, green, blue, *skin, width, height, squareness, length, glasses, eyes = values
        return Look(_colour((red, green, blue)), _colour(skin), width, height, squareness, length, glasses, eyes)

    @property
    def parts(self) -> tuple[Sequence[float], ...]:
        """Hair, skin, face, length of hair, glasses and eyes, each a point; a face in what tells two apart."""
        face = (self.half_width / _WIDTHS, self.half_height / _HEIGHTS, self.squareness)
        return self.hair, self.skin, face, (self.hair_length,), (self.glasses,), (self.eyes,)

    def towards(self, other: Look, share: float | Sequence[float]) -> Look:
        """The look `share` of the way to another, 0..1; or as far as it says for each of the `values`."""
        ways = share if isinstance(share, Sequence) else [share] * self.SIZE
        return Look.from_values(a + (b - a) * way for a, b, way in zip(self.values, other.values, ways, strict=True))


_EVERYBODY = tuple(Look.of(Person("woman", *looks)) for looks in product(HAIR, HAIR_LENGTHS, SKIN, FACES, GLASSES))


def likeness(look: Look, person: Person) -> float:
    """How like a look is to a person, 0..1: the mean over hair, skin, face, length of hair, glasses and eyes.

    Each is 1 where it is painted as the person's own, and 0 from as far away as the nearest that somebody else has.
    """
    pairs = zip(look.parts, Look.of(person).parts, _nearest(person), strict=True)
    return fmean(max(0.0, 1 - math.dist(part, own) / nearest) for part, own, nearest in pairs)


@cache
def _nearest(person: Person) -> tuple[float, ...]:
    """For each of the parts how far away the nearest is that somebody else has; 1 where everybody has the same."""
    columns = zip(Look.of(person).parts, *(one.parts for one in _EVERYBODY), strict=True)
    return tuple(
        min((math.dist(own, other) for other in others if other != own), default=1.0) for own, *others in columns
    )


def _colour(parts: Sequence[float]) -> Colour:
    red, green, blue = (round(255 * min(1.0, max(0.0, part))) for part in parts)
    return red, green, blue
