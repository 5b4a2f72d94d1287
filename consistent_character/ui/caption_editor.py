"""Panel 3 as a whole: captions all at once, one by one in an editor that is a page of its own, and as they were."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import gradio as gr

from consistent_character.character.folder import CharacterFolder
from consistent_character.house import House
from consistent_character.report.markup import Html, element
from consistent_character.ui import caption, caption_past
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import Updates
from consistent_character.ui.pieces import note
from consistent_character.ui.window import Panel, Shell
from consistent_character.web import PREFIX
from consistent_character.web.places import address_of

_STYLE = "display: block; width: 100%; height: min(47rem, 92vh); border: 1px solid var(--cc-rule); border-radius: 10px"


def panel(house: House, shell: Shell) -> Panel:
    """Lay out the rewriting of all captions and, beside it, the editor."""
    with gr.Tabs(elem_id=element_id("caption", "ways")):
        with gr.Tab("All at once"):
            rewriting = caption.panel(house, shell)
        with gr.Tab("Edit one by one"):
            editor = gr.HTML(note("Open a character to edit its captions."), elem_id=element_id("caption", "editor"))

        with gr.Tab("Snapshots and history"):
            past = caption_past.panel(house, shell)

    def show(folder: CharacterFolder) -> Updates:
        shown = gr.update(value=frame(house, folder.path))
        return {**rewriting.show(folder), **past.show(folder), editor: shown}

    return Panel((*rewriting.outputs, *past.outputs, editor), show, rewriting.live)


def frame(house: House, folder: Path) -> Html:
    """The editor of one character's captions; read when it is first turned to."""
    # Relative, since a proxy may have put the page below a path of its own.
    source = f"{PREFIX.lstrip('/')}/characters/{quote(address_of(house, folder))}/editor"
    return element("iframe", src=source, title="Captions, one by one", loading="lazy", style=_STYLE)
