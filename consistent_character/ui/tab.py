"""The tab as a whole: the header, and a panel for each of the five steps; as a page, or within another page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial

import gradio as gr

from consistent_character.house import House
from consistent_character.libraries import missing
from consistent_character.report.markup import Html, element
from consistent_character.report.page import stylesheet
from consistent_character.ui import caption_editor, choose, curate, generate, train
from consistent_character.ui.element_ids import TAB, element_id
from consistent_character.ui.form import in_one_piece
from consistent_character.ui.header import header, refresh, wire
from consistent_character.ui.pieces import note
from consistent_character.ui.stock import StockTxt2Img
from consistent_character.ui.style import tab_style
from consistent_character.ui.window import Panel, Shell

_PANELS: tuple[tuple[str, Callable[[House, Shell], Panel]], ...] = (
    ("Generate", generate.panel),
    ("Curate", curate.panel),
    ("Caption", caption_editor.panel),
    ("Train", train.panel),
    ("Choose", choose.panel),
)


def build(house: House) -> gr.Blocks:
    """The tab as a page of its own."""
    with gr.Blocks(title="Consistent character", css=tab_style(), theme=_theme(), analytics_enabled=False) as page:
        lay_out(house, page)
    return page


def mounted(house: House, *, queue: bool = True, stock: StockTxt2Img | None = None) -> gr.Blocks:
    """The tab to be rendered within a page that has its own theme, and loads the style sheet at the repository's top.

    `queue` tells whether that page has one; without it nothing can be shown while a job is at work. `stock` is that
    page's own txt2img, where it has one.
    """
    with gr.Blocks(analytics_enabled=False) as tab, nullcontext() if queue else in_one_piece():
        gr.HTML(element("style", Html(stylesheet("parts.css"))), elem_id=element_id("parts"))
        for library in missing():
            gr.HTML(note(f"{library.module} is missing, so {library.without}: start again with a network.", "warning"))
        lay_out(house, tab, stock)
    for block in tab.blocks.values():
        block.do_not_save_to_config = True  # the web UI stores defaults by label, and ours follow the character
    return tab


def lay_out(house: House, page: gr.Blocks, stock: StockTxt2Img | None = None) -> None:
    """Lay out the header and the panels, and connect them."""
    with gr.Column(elem_id=TAB):
        top = header(house)
        panels = []
        with gr.Tabs(elem_id=element_id("steps")):
            for number, (name, panel) in enumerate(_PANELS, start=1):
                with gr.Tab(f"{number}  {name}", elem_id=element_id("panel", name.lower())) as tab:
                    lay_out_panel = partial(panel, stock=stock) if panel is generate.panel else panel
                    panels.append(lay_out_panel(house, top.shell))
                refresh(tab, top.shell, panels[-1])
    wire(house, top, panels)
    page.load(lambda: gr.update(choices=house.characters()), None, [top.choice], show_progress="hidden")


def _theme() -> gr.themes.Base:
    """Quiet colours, and only fonts that the computer has: nothing is fetched from the network."""
    return gr.themes.Base(
        primary_hue="emerald",
        secondary_hue="emerald",
        neutral_hue="stone",
        font=["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "sans-serif"],
        font_mono=["ui-monospace", "SF Mono", "Menlo", "Consolas", "monospace"],
    ).set(
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_600",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_600",
        button_primary_text_color="white",
        button_primary_text_color_dark="white",
        slider_color="*primary_600",
        slider_color_dark="*primary_600",
        block_title_text_weight="500",
    )
