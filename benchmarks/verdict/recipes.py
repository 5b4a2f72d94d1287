"""The runs that are judged: who is made, on which backdrop, and how well or badly it is trained.

The unseen ones are there to be judged once: nothing of the test was chosen by what came of them. Whoever changes the
test because of them makes new ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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

UNSEEN_RECIPES = (
    Recipe("warm", True, "0.01", 6, 4),
    Recipe("loose", False, "0.004", 6, 4),
    Recipe("steady", True, "0.003", 12, 4),
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
_UNSEEN_WALL_OF = (1, 2, 0, 3, 0, 1, 0, 2)
"""The number of each held-out person's wall; none stands before the same one again."""
_OTHER_PLACES = ("beach", "night", "room", "snow")


def cases() -> Iterator[Case]:
    """All runs, so ordered that any beginning of them is a fair mixture."""
    return _mixed(RECIPES, _WALL_OF)


def unseen_cases() -> Iterator[Case]:
    """The runs that nothing was chosen by."""
    return _mixed(UNSEEN_RECIPES, _UNSEEN_WALL_OF)


def _mixed(recipes: Sequence[Recipe], walls: Sequence[int]) -> Iterator[Case]:
    for turn in range(len(recipes)):
        for character in range(len(HELD_OUT)):
            recipe, wall = recipes[(turn + character) % len(recipes)], tuple(WALLS)[walls[character]]
            yield Case(character, recipe, wall, _place(turn, character, wall))


def _place(turn: int, character: int, wall: str) -> str:
    """The forest in three runs of four, in the others the other places in turn.

    No snow before a white wall and no forest before a green one: their colours could not be told apart.
    """
    if "green" not in wall and (turn + character) % 4 != 3:
        return "forest"
    place = _OTHER_PLACES[(turn + character // 4) % len(_OTHER_PLACES)]
    return "night" if place == "snow" and "white" in wall else place
