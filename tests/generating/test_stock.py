"""What stands in the stock plot's boxes makes it draw what our own grid draws."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consistent_character.character.character import Character
from consistent_character.errors import RequestError, UnsafePrompt
from consistent_character.generating.grid import GridRequest
from consistent_character.generating.presets import phrases
from consistent_character.generating.stock import NEGATIVE_PROMPT, stock_plot
from consistent_character.prompts.cells import ANGLES, ZOOMS

ADA = Character("adal0v", "a 30yo woman with hazel eyes")


def test_the_tutorials_settings() -> None:
    plot = stock_plot(ADA, GridRequest())
    assert plot.x_values == "an extreme closeup, a medium closeup, a closeup, a medium shot, a full body"
    assert plot.y_values == "front shot, rear angle, side angle, shot from above, low angle shot"
    assert (plot.sampler, plot.scheduler, plot.steps, plot.cfg_scale) == ("DPM++ 2M", "Karras", 30, 7)
    assert (plot.width, plot.height, plot.batch_count, plot.batch_size, plot.seed) == (512, 512, 4, 4, -1)
    assert plot.negative_prompt == NEGATIVE_PROMPT
    assert plot.prompt.startswith("an extreme closeup front shot photo of a 30yo woman")


def test_replaced_as_the_plot_replaces_it_gives_every_cells_prompt() -> None:
    plot = stock_plot(ADA, GridRequest())
    xs, ys = phrases(plot.x_values), phrases(plot.y_values)
    drawn = {plot.prompt.replace(xs[0], x).replace(ys[0], y) for x in xs for y in ys}
    assert drawn == {ADA.prompt(cell) for cell in GridRequest().cells}


@pytest.mark.parametrize(
    ("per_cell", "count", "size"), [(16, 4, 4), (8, 2, 4), (6, 2, 3), (7, 7, 1), (2, 1, 2), (1, 1, 1)]
)
def test_the_batches_come_to_the_pictures_of_a_cell(per_cell: int, count: int, size: int) -> None:
    plot = stock_plot(ADA, GridRequest(per_cell=per_cell))
    assert (plot.batch_count, plot.batch_size) == (count, size)


def test_what_prompt_s_r_would_spoil_is_refused() -> None:
    request = GridRequest(zooms=("a closeup", "a full body"))
    stock_plot(ADA, request)
    with pytest.raises(RequestError, match="elsewhere in the description"):
        stock_plot(replace(ADA, look="a woman as if in a closeup"), request)
    with pytest.raises(RequestError, match="in the negative prompt"):
        stock_plot(ADA, replace(request, negative_prompt="front shot"))


def test_never_what_the_guard_refuses() -> None:
    with pytest.raises(UnsafePrompt):
        stock_plot(Character("x", "a 15yo girl", wardrobe="naked"), GridRequest())


def test_a_phrase_with_a_comma_is_quoted() -> None:
    plot = stock_plot(ADA, GridRequest(zooms=("near, very near", *ZOOMS[1:]), angles=ANGLES))
    assert plot.x_values.startswith('"near, very near", a medium closeup')
