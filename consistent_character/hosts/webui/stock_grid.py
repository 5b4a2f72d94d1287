"""The boxes of the web UI's txt2img tab and of its X/Y/Z plot, found while its page is being built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modules.shared import opts

_PLOT = "script_txt2img_xyz_plot_"

BOXES = {
    "txt2img_prompt": "prompt",
    "txt2img_neg_prompt": "negative_prompt",
    "txt2img_sampling": "sampler",
    "txt2img_scheduler": "scheduler",
    "txt2img_steps": "steps",
    "txt2img_width": "width",
    "txt2img_height": "height",
    "txt2img_cfg_scale": "cfg_scale",
    "txt2img_batch_count": "batch_count",
    "txt2img_batch_size": "batch_size",
    "txt2img_seed": "seed",
    "script_list": "script",
    f"{_PLOT}x_type": "x_type",
    f"{_PLOT}x_values": "x_values",
    f"{_PLOT}y_type": "y_type",
    f"{_PLOT}y_values": "y_values",
    f"{_PLOT}z_type": "z_type",
    f"{_PLOT}no_fixed_seeds": "keep_minus_one",
    f"{_PLOT}vary_seeds_x": "vary_x",
    f"{_PLOT}vary_seeds_y": "vary_y",
    f"{_PLOT}vary_seeds_z": "vary_z",
}
"""What a component with that element id is to us.

Source: `modules/ui.py`, `modules/processing_scripts/`, `modules/scripts.py: elem_id` and `scripts/xyz_grid.py` of
A1111 1.10.1.
"""


class Boxes:
    """The components found so far; one collector for every building of the page."""

    def __init__(self) -> None:
        self._found: dict[str, Any] = {}

    def take(self, component: Any, **options: Any) -> None:
        """A callback for `on_after_component`."""
        name = BOXES.get(str(options.get("elem_id") or ""))
        # The first of an id is txt2img's: img2img has a list of scripts of the same id, and the API builds all again.
        if name:
            self._found.setdefault(name, component)

    @property
    def found(self) -> Mapping[str, Any]:
        """The components by what they are to us."""
        return dict(self._found)


def advice() -> tuple[str, ...]:
    """What in the web UI's settings would spoil the stock plot for the steps that follow."""
    found = []
    if not opts.samples_save:
        found.append("“Always save all generated images” is off: the plot keeps only its grid")
    if not opts.save_txt:
        found.append("“Create a text file next to every image with generation parameters” is off")
    if not opts.return_grid:
        found.append("“Show grid in results for web” is off: the plot takes a batch size of 1 then")
    return tuple(found)
