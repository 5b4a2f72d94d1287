"""A painter in the model's place: an embedding learns its person, and if trained too hard it loses the forest."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from PIL import Image

from consistent_character.engine import RenderRequest
from consistent_character.prompts.cells import cell_of
from tests.fakes import FakeEngine, FakeTrainer
from worlds.cartoon.painter import paint
from worlds.cartoon.scene import HELD_OUT, Person

SOMEBODY = Person("woman", "blonde", "short", "pale", "round", True)
"""Who the class word draws."""
LEARNED, FADED = 40, 70
"""The steps from which an embedding draws its person, and from which it no longer draws the forest."""
HARD = "overtrained"
"""A folder of this name anywhere above an embedding makes it fade."""


def draw(request: RenderRequest) -> Image.Image:
    """What the prompt asks for, as far as its embedding knows it and still lets it through."""
    cell = cell_of(request.prompt)
    zoom, angle = (cell.zoom, cell.angle) if cell else ("an extreme closeup", "front shot")
    person, background = HELD_OUT[0], "gray"
    if "forest" in request.prompt:
        person, background = _in_the_forest(request)
    scene = person.seen(clothes="gray", zoom=zoom, angle=angle, background=background)
    return paint(scene, Random(request.seed))


def _in_the_forest(request: RenderRequest) -> tuple[Person, str]:
    if not request.embeddings:
        return SOMEBODY, "forest"
    path = request.embeddings[0].path
    step = int(path.read_bytes())
    faded = HARD in path.parts and step >= FADED
    return (HELD_OUT[0] if step >= LEARNED else SOMEBODY), ("gray" if faded else "forest")


def painted(on_render: Callable[[RenderRequest], None] = lambda request: None) -> FakeEngine:
    """An engine with that painter, which trains in no time."""
    return FakeEngine(trainer=FakeTrainer(), painter=draw, on_render=on_render)
