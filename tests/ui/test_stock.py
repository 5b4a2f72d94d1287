"""The button that fills the host's own txt2img: the boxes it finds, and the line where it does not find them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from consistent_character.character.character import Character
from consistent_character.errors import RequestError
from consistent_character.generating import GridRequest
from consistent_character.generating.stock import stock_plot
from consistent_character.ui import stock

PLOT = stock_plot(Character("adal0v", "a 30yo woman"), GridRequest())
NAMES = (
    *("prompt", "negative_prompt", "scheduler", "steps", "width", "height", "cfg_scale", "batch_count", "batch_size"),
    *("seed", "x_values", "y_values", "y_type", "z_type", "keep_minus_one", "vary_x", "vary_y", "vary_z"),
)


@pytest.fixture
def boxes() -> dict[str, Any]:
    """The boxes of a page like the web UI's."""
    choices = {"script": ["None", "X/Y/Z plot"], "sampler": ["Euler a", "DPM++ 2M"], "x_type": ["Seed", "Prompt S/R"]}
    with gr.Blocks():
        named = {name: gr.Textbox(label=name) for name in NAMES}
        return {**named, **{name: gr.Dropdown(values, label=name) for name, values in choices.items()}}


def values(boxes: dict[str, Any], plot: Any = PLOT) -> dict[str, Any]:
    updates = stock._updates(boxes, plot)
    return {name: updates[box]["value"] for name, box in boxes.items()}


def test_every_box_is_filled(boxes: dict[str, Any]) -> None:
    filled = values(boxes)
    assert filled["prompt"] == PLOT.prompt
    assert (filled["script"], filled["x_type"], filled["y_type"], filled["z_type"]) == (
        *("X/Y/Z plot", "Prompt S/R", "Prompt S/R"),
        "Nothing",
    )
    assert (filled["sampler"], filled["scheduler"]) == ("DPM++ 2M", "Karras")
    assert filled["keep_minus_one"] is True
    assert (filled["batch_count"], filled["batch_size"], filled["seed"]) == (4, 4, -1)


def test_a_host_without_schedules_gets_the_whole_name(boxes: dict[str, Any]) -> None:
    del boxes["scheduler"]
    boxes["sampler"].choices = ["DPM++ 2M Karras", "Euler a"]
    assert values(boxes)["sampler"] == "DPM++ 2M Karras"
    assert values(boxes, replace(PLOT, sampler="Euler a", scheduler="Automatic"))["sampler"] == "Euler a"


def test_a_host_without_the_plot_is_told_of_in_one_line(boxes: dict[str, Any]) -> None:
    del boxes["x_values"], boxes["keep_minus_one"]
    with pytest.raises(
        RequestError, match="has no keep_minus_one, x_values where ours looks for it: press Generate here"
    ):
        stock._updates(boxes, PLOT)


@pytest.mark.parametrize(
    ("name", "lost"), [("script", "X/Y/Z plot"), ("sampler", "DPM++ 2M"), ("x_type", "Prompt S/R")]
)
def test_a_choice_that_a_host_does_not_have_is_named(boxes: dict[str, Any], name: str, lost: str) -> None:
    boxes[name].choices = [("Other", "Other")]
    with pytest.raises(RequestError, match=f"no “{lost.replace('+', '.')}” among “{name}”"):
        stock._updates(boxes, PLOT)
