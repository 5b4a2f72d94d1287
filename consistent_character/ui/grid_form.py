"""The settings of the grid in the web UI's Script menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from consistent_character.generating.presets import Presets
from consistent_character.generating.prompt_grid import PromptGrid
from consistent_character.report.markup import element
from consistent_character.ui.form import on
from consistent_character.ui.lists import lists
from consistent_character.ui.lists import read as read_lists

_LEAD = (
    "Write one zoom and one viewing angle into the prompt, for example ",
    ". They are replaced for every image, everything else stays as it is set above; Batch size is honoured, Batch "
    "count is not. With Seed -1 every image has its own. Interrupt it at any time: the same settings go on with it.",
)
_DATED = "A dated folder"


def lay_out(ids: Callable[[str], str], root: Path) -> list[Any]:
    """The components; their values are what `read` takes, in this order.

    `root` holds the characters and the presets. `ids` makes the element ids.
    """
    gr.HTML(element("p", _LEAD[0], element("code", "a closeup front shot photo of …"), _LEAD[1]))
    shown = lists(Presets(root), ids)
    with gr.Row():
        per_cell = gr.Slider(
            1, 64, PromptGrid.per_cell, step=1, label="Images of each zoom and angle", elem_id=ids("per_cell"), scale=2
        )
        folder = gr.Dropdown(
            _characters(root),
            value=_DATED,
            label="Save to",
            info="A character's images/, an earlier grid's path, or a new folder among the outputs",
            allow_custom_value=True,
            elem_id=ids("folder"),
            scale=3,
        )
        again = gr.Button("↻", elem_id=ids("folder_refresh"), scale=0, min_width=40)
    folder.do_not_save_to_config = again.do_not_save_to_config = True
    on(again.click, lambda: {folder: gr.update(choices=_characters(root))}, [], [folder], show_progress="hidden")
    return [shown.zooms, shown.angles, per_cell, folder]


def read(values: Sequence[Any], seed: int) -> PromptGrid:
    """The request that the components' values make; what is missing at the end has its default.

    Raises:
        RequestError: the lists cannot be used.
    """
    zooms, angles, per_cell, folder = [*values, *[None] * 4][:4]
    wanted = PromptGrid(seed=seed)
    vocabulary = wanted.vocabulary
    if zooms is not None or angles is not None:
        vocabulary = read_lists(
            ", ".join(vocabulary.zooms) if zooms is None else zooms,
            ", ".join(vocabulary.angles) if angles is None else angles,
        )
    named = str(folder or "")
    return PromptGrid(
        vocabulary=vocabulary,
        per_cell=wanted.per_cell if per_cell is None else int(per_cell),
        folder="" if named == _DATED else named,
        seed=seed,
    )


def _characters(root: Path) -> list[str]:
    return [_DATED, *sorted(path.parent.name for path in root.glob("*/character.toml"))]
