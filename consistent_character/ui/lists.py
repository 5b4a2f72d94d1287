"""The two lists of a grid, zooms and viewing angles, to be edited, named, and read from a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from consistent_character.errors import FolderError, RequestError
from consistent_character.generating.presets import TUTORIAL_NAME, Presets, phrases, read_file, row_of
from consistent_character.prompts.cells import TUTORIAL, Vocabulary
from consistent_character.ui.form import Spelled, Updates, on

ROW = Spelled(row_of, phrases)
"""A list of phrases as one row, the way Prompt S/R takes it."""

_FILE_TYPES = [".txt", ".csv", ".json", ".toml"]


@dataclass(frozen=True)
class Lists:
    """The text boxes, each with a row of phrases."""

    zooms: Any
    angles: Any

    def show(self, vocabulary: Vocabulary) -> Updates:
        """The updates that put lists into the boxes."""
        return {
            self.zooms: gr.update(value=row_of(vocabulary.zooms)),
            self.angles: gr.update(value=row_of(vocabulary.angles)),
        }


def lists(presets: Presets, ids: Callable[[str], str]) -> Lists:
    """Lay the lists out, with their presets above them; `ids` makes the element ids."""
    with gr.Row():
        preset = gr.Dropdown(
            _names(presets), value=TUTORIAL_NAME, label="Zooms and angles", elem_id=ids("preset"), scale=3
        )
        name = gr.Textbox(
            label="Name",
            placeholder="for the lists below",
            lines=1,
            max_lines=1,
            elem_id=ids("preset_name"),
            scale=2,
        )
    with gr.Row():
        save = gr.Button("Save", elem_id=ids("preset_save"), size="sm", min_width=110)
        remove = gr.Button("Forget", elem_id=ids("preset_remove"), size="sm", min_width=80)
        brought = gr.UploadButton(
            "Import…", file_types=_FILE_TYPES, elem_id=ids("preset_import"), size="sm", min_width=90
        )
    zooms = gr.Textbox(
        row_of(TUTORIAL.zooms), label="Zooms", lines=2, elem_id=ids("zooms"), info="With commas between them"
    )
    angles = gr.Textbox(
        row_of(TUTORIAL.angles), label="Viewing angles", lines=2, elem_id=ids("angles"), info="With commas between them"
    )
    # The web UI saves defaults by label, and a stored preset's name would be a default that may be gone tomorrow.
    for component in (preset, name, save, remove, brought):
        component.do_not_save_to_config = True
    shown = Lists(zooms, angles)
    _wire(presets, shown, preset, name, save, remove, brought)
    return shown


def read(zooms: str, angles: str) -> Vocabulary:
    """The lists that two rows hold.

    Raises:
        RequestError: they cannot be used.
    """
    vocabulary = Vocabulary(phrases(zooms or ""), phrases(angles or ""))
    vocabulary.check()
    return vocabulary


def _names(presets: Presets) -> list[str]:
    """The names to choose from; a file that is broken is told of when somebody saves, and never stops the page."""
    try:
        return list(presets.names())
    except FolderError:
        return [TUTORIAL_NAME]


def _wire(presets: Presets, shown: Lists, preset: Any, name: Any, save: Any, remove: Any, brought: Any) -> None:
    boxes = [shown.zooms, shown.angles]

    def chosen(name: str) -> Updates:
        return shown.show(presets.read(name))

    def saved(name: str, zooms: str, angles: str) -> Updates:
        stored = presets.save(name or "", read(zooms, angles))
        return {preset: gr.update(choices=list(presets.names()), value=stored)}

    def removed(name: str) -> Updates:
        presets.remove(name)
        return {preset: gr.update(choices=list(presets.names()), value=TUTORIAL_NAME), **shown.show(TUTORIAL)}

    def imported(file: Any) -> Updates:
        if file is None:
            raise RequestError("Choose a file with the lists.")
        return shown.show(read_file(Path(getattr(file, "name", file))))

    on(preset.input, chosen, [preset], boxes, show_progress="hidden")
    on(save.click, saved, [name, *boxes], [preset], show_progress="hidden")
    on(remove.click, removed, [preset], [preset, *boxes], show_progress="hidden")
    on(brought.upload, imported, [brought], boxes, show_progress="hidden")
