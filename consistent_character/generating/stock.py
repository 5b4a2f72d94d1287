"""The grid as the web UI's own X/Y/Z plot draws it: what has to stand in which of its boxes."""

from __future__ import annotations

from dataclasses import dataclass

from consistent_character.character.character import Character
from consistent_character.errors import RequestError
from consistent_character.generating.grid import GridRequest
from consistent_character.generating.presets import row_of
from consistent_character.prompts import guard
from consistent_character.prompts.cells import Cell

NEGATIVE_PROMPT = (
    "(gray hair:1.3), (glasses:1.2), (earrings:1.2), (necklace:1.2), (high heels:1.2), young, loli, teen, child, "
    "(deformed, distorted, disfigured:1.3), poorly drawn, bad anatomy, wrong anatomy, extra limb, missing limb, "
    "floating limbs, (mutated hands and fingers:1.4), disconnected limbs, mutation, mutated, ugly, disgusting, blurry, "
    "amputation, tattoo"
)
"""The tutorial's negative prompt."""

_KARRAS = " Karras"
_LARGEST_BATCH = 4
"""The tutorial's batch size: 16 pictures of a cell are 4 batches of 4."""


@dataclass(frozen=True)
class StockPlot:
    """The boxes of txt2img and of the X/Y/Z plot; `x_values` and `y_values` are rows of Prompt S/R."""

    prompt: str
    negative_prompt: str
    sampler: str
    scheduler: str
    steps: int
    width: int
    height: int
    cfg_scale: float
    batch_count: int
    batch_size: int
    seed: int
    x_values: str
    y_values: str


def stock_plot(character: Character, request: GridRequest) -> StockPlot:
    """The settings that make the stock plot draw `request`; the tutorial's negative prompt stands in for none.

    Raises:
        RequestError: a setting cannot be used, or Prompt S/R would replace something else as well.
        UnsafePrompt: the character's prompt pairs sexual wording with somebody described as a minor.
    """
    request.check()
    for cell in request.cells:
        guard.check(character.prompt(cell))
    negative = request.negative_prompt or NEGATIVE_PROMPT
    _see_what_is_replaced(character, request, negative)
    sampler, scheduler = _sampler(request.sampler)
    size = next(size for size in range(_LARGEST_BATCH, 0, -1) if request.per_cell % size == 0)
    return StockPlot(
        prompt=character.prompt(request.cells[0]),
        negative_prompt=negative,
        sampler=sampler,
        scheduler=scheduler,
        steps=request.steps,
        width=request.width,
        height=request.height,
        cfg_scale=request.cfg_scale,
        batch_count=request.per_cell // size,
        batch_size=size,
        seed=request.seed,
        x_values=row_of(request.zooms),
        y_values=row_of(request.angles),
    )


def _see_what_is_replaced(character: Character, request: GridRequest, negative: str) -> None:
    """Prompt S/R takes any text that is the same, in both prompts: X first, then Y in what came of it."""
    first = request.cells[0]
    for cell in request.cells:
        if _replaced(character.prompt(first), first, cell) != character.prompt(cell):
            raise RequestError(
                f"The stock plot would also replace “{first.zoom}” or “{first.angle}” elsewhere in the description: "
                "reword it, or put other phrases first in the lists."
            )
    if any(_replaced(negative, first, cell) != negative for cell in request.cells):
        raise RequestError(
            f"The stock plot would also replace “{first.zoom}” or “{first.angle}” in the negative prompt: take it out."
        )


def _replaced(text: str, first: Cell, cell: Cell) -> str:
    return text.replace(first.zoom, cell.zoom).replace(first.angle, cell.angle)


def _sampler(name: str) -> tuple[str, str]:
    """The sampling method and the schedule type, which have boxes of their own."""
    return (name.removesuffix(_KARRAS), _KARRAS.strip()) if name.endswith(_KARRAS) else (name, "Automatic")
