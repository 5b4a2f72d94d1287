"""The tab as a whole: the header, and a panel for each of the five steps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gradio as gr

from consistent_character.engine import Engine
from consistent_character.ui import caption, choose, curate, generate, train
from consistent_character.ui.element_ids import TAB, element_id
from consistent_character.ui.header import header, refresh, wire
from consistent_character.ui.house import House, Panel, Shell
from consistent_character.ui.style import tab_style

_PANELS: tuple[tuple[str, Callable[[House, Shell], Panel]], ...] = (
    ("Generate", generate.panel),
    ("Curate", curate.panel),
    ("Caption", caption.panel),
    ("Train", train.panel),
    ("Choose", choose.panel),
)


def build(engine: Engine, root: Path) -> gr.Blocks:
    """The whole tab, for an engine and the folder in which characters are kept."""
    house = House(engine, root)
    with (
        gr.Blocks(title="Consistent character", css=tab_style(), theme=_theme(), analytics_enabled=False) as page,
        gr.Column(elem_id=TAB),
    ):
        top = header(house)
        panels = []
        with gr.Tabs(elem_id=element_id("steps")):
            for number, (name, lay_out) in enumerate(_PANELS, start=1):
                with gr.Tab(f"{number}  {name}", elem_id=element_id("panel", name.lower())) as tab:
                    panels.append(lay_out(house, top.shell))
                refresh(tab, top.shell, panels[-1])
        wire(house, top, panels)
        page.load(lambda: gr.update(choices=house.characters()), None, [top.choice], show_progress="hidden")
    return page


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
