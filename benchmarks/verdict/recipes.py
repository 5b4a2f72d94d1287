"""The runs that are judged: who is made, on which backdrop, and how well or badly it is trained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from worlds.cartoon.scene import HELD_OUT, Person

WALLS: dict[str, tuple[int, int, int] | None] = {
    "neutral gray background": None,
    "plain white background": None,
    "plain green background": (38, 186, 92),
    "plain violet background": (150, 120, 200),
}
"""Backdrops by the phrase that names them; a colour where the painter paints it, None where the model draws it."""


@dataclass(frozen=True)
class Recipe:
    """How an embedding is trained. `names_backdrop` is whether the captions name the wall."""

    name: str
    names_backdrop: bool
    learn_rate: str
    num_vectors: int
    batch_size: int
    steps: int = 240


RECIPES = (
    Recipe("careful", True, "0.005", 8, 8),
    Recipe("careless", False, "0.005", 16, 8),
    Recipe("careless-hot", False, "0.01", 8, 4),
    Recipe("timid", True, "0.0002", 8, 4),
    Recipe("tutorial", True, "0.002", 8, 1),
    Recipe("careless-thin", False, "0.005", 4, 4),
    Recipe("hot", True, "0.02", 8, 4),
    Recipe("one-vector", True, "0.005", 1, 4),
    Recipe("careless-slow", False, "0.002", 12, 4),
)


@dataclass(frozen=True)
class Case:
    """One run: the number of its held-out person, its recipe, its wall, and the place that is asked for."""

    character: int
    recipe: Recipe
    wall: str
    place: str

    @property
    def person(self) -> Person:
        return HELD_OUT[self.character]

    @property
    def name(self) -> str:
        return f"{self.character}-{self.recipe.name}"


_WALL_OF = (0, 0, 1, 0, 2, 0, 3, 0)
"""The number of each held-out person's wall."""
_OTHER_PLACES = ("beach", "night", "room", "snow")


def cases() -> Iterator[Case]:
    """All runs, so ordered that any beginning of them is a fair mixture."""
    walls = tuple(WALLS)
    for turn in range(len(RECIPES)):
        for character in range(len(HELD_OUT)):
            recipe = RECIPES[(turn + character) % len(RECIPES)]
            yield Case(character, recipe, walls[_WALL_OF[character]], _place(turn, character))


def _place(turn: int, character: int) -> str:
    """The forest in three runs of four, in the others the other places in turn.

    No snow before a white wall and no forest before a green one: their colours could not be told apart.
    """
    wall = tuple(WALLS)[_WALL_OF[character]]
    if "green" not in wall and (turn + character) % 4 != 3:
        return "forest"
    place = _OTHER_PLACES[(turn + character // 4) % len(_OTHER_PLACES)]
    return "night" if place == "snow" and "white" in wall else place
