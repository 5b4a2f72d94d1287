"""One button that fills the web UI's own txt2img and its X/Y/Z plot with the grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import gradio as gr

from consistent_character.errors import RequestError
from consistent_character.generating import GridRequest
from consistent_character.generating.stock import StockPlot, stock_plot
from consistent_character.report.words import counted
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import Form, Updates
from consistent_character.ui.pieces import note
from consistent_character.ui.window import Shell, Window

_PLOT = "X/Y/Z plot"
_REPLACE = "Prompt S/R"
_FIXED = {"z_type": "Nothing", "keep_minus_one": True, "vary_x": False, "vary_y": False, "vary_z": False}
_OPTIONAL = {"scheduler", "vary_x", "vary_y", "vary_z"}
"""Boxes that an older host does not have."""

_SWITCH = """() => {
    for (const wanted of ["switch_to_txt2img", "recalculate_prompts_txt2img"]) { if (window[wanted]) window[wanted](); }
    return [];
}"""


@dataclass(frozen=True)
class StockTxt2Img:
    """The host's own page: its boxes by name, and what in its settings would spoil the plot."""

    boxes: Mapping[str, Any]
    advice: Callable[[], Sequence[str]] = tuple


def stock_button(form: Form[GridRequest], shell: Shell, stock: StockTxt2Img) -> None:
    """Lay out the button and connect it; `form` has the grid, the window's character the words."""
    button = gr.Button(
        "Fill txt2img with the tutorial's grid", elem_id=element_id("generate", "stock"), variant="secondary"
    )
    said = gr.HTML("", elem_id=element_id("generate", "stock", "said"))

    def fill(request: GridRequest, window: Window) -> Updates:
        with window.folder() as folder:
            plot = stock_plot(folder.character, request)
        updates = _updates(stock.boxes, plot)
        advice = stock.advice()
        told = _told(plot, request, advice)
        if advice:
            gr.Warning(told)  # over the whole page: this panel is out of sight now
        return {**updates, said: note(told, "warning" if advice else "good")}

    outputs = [*stock.boxes.values(), said]
    filled = form.on(button.click, fill, outputs, also=(shell.window,), show_progress="hidden")
    filled.success(None, None, None, **_javascript(_SWITCH))


def _updates(boxes: Mapping[str, Any], plot: StockPlot) -> Updates:
    """The updates of all boxes.

    Raises:
        RequestError: the host's page has not got them, or other choices in them.
    """
    sampler = plot.sampler if "scheduler" in boxes else f"{plot.sampler} {plot.scheduler}".removesuffix(" Automatic")
    values: dict[str, Any] = {
        **asdict(plot),
        **_FIXED,
        "sampler": sampler,
        "script": _PLOT,
        "x_type": _REPLACE,
        "y_type": _REPLACE,
    }
    missing = sorted(values.keys() - boxes.keys() - _OPTIONAL)
    if missing:
        raise RequestError(
            f"This web UI's page has no {', '.join(missing)} where ours looks for it: press Generate here instead, or "
            "choose the script “Character zoom × angle grid” in txt2img."
        )
    for name in ("script", "sampler", "x_type"):
        _see_choice(boxes[name], values[name])
    return {box: gr.update(value=values[name]) for name, box in boxes.items()}


def _see_choice(box: Any, value: str) -> None:
    choices = [
        choice[0] if isinstance(choice, tuple | list) else choice for choice in getattr(box, "choices", None) or ()
    ]
    if choices and value not in choices:
        raise RequestError(f"This web UI has no “{value}” among “{box.label}”: choose another one, then try again.")


def _told(plot: StockPlot, request: GridRequest, advice: Sequence[str]) -> str:
    images = counted(request.per_cell * len(request.cells), "image")
    told = f"txt2img is filled: {images}, {plot.batch_count} × {plot.batch_size} of each zoom and angle."
    if advice:
        return f"{told} Before you press Generate there, go to Settings: {'; '.join(advice)}."
    return f"{told} Press Generate there."


def _javascript(code: str) -> dict[str, str]:
    """The argument that runs code in the page; gradio 4 has taken its underscore away."""
    return {"_js" if gr.__version__.startswith("3.") else "js": code}
