"""Panel 1: the zoom x angle grid."""

from __future__ import annotations

from typing import Any, get_args

import gradio as gr

from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import Sampler
from consistent_character.generating import GridRequest, GridResult, generate
from consistent_character.generating.presets import Presets
from consistent_character.house import House
from consistent_character.report.words import counted
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import Form, Updates
from consistent_character.ui.lists import ROW, lists
from consistent_character.ui.pieces import lead
from consistent_character.ui.running import Told, run
from consistent_character.ui.stock import StockTxt2Img, stock_button
from consistent_character.ui.token_check import token_part
from consistent_character.ui.window import Panel, Shell, Window

SIDES = ("width", "height")
_SHOWN = 100
"""The gallery shows this many of the newest images."""


def panel(house: House, shell: Shell, stock: StockTxt2Img | None = None) -> Panel:
    """Lay out the panel and connect it; within the web UI, `stock` is its own txt2img."""
    gr.HTML(
        lead(
            "Draws the character in every zoom and from every viewing angle; after an interruption it goes on.",
            "adds images and their prompts (.png and .txt) to images/.",
        )
    )
    token_part(house, shell)
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            form = _form(house.size, Presets(house.root))
            start = gr.Button("Generate", variant="primary", elem_id=element_id("generate", "start"))
            if stock is not None:
                stock_button(form, shell, stock)
        with gr.Column(scale=5):
            gallery = gr.Gallery(
                label="Newest images",
                columns=6,
                object_fit="contain",
                height=620,
                elem_id=element_id("generate", "gallery"),
            )

    def show(folder: CharacterFolder) -> Updates:
        return {**{form.components[side]: gr.update(value=house.size) for side in SIDES}, **live(folder)}

    def live(folder: CharacterFolder) -> Updates:
        return {gallery: newest(folder)}

    def generated(request: GridRequest, window: Window) -> Any:
        yield from run(
            house,
            shell,
            window,
            title="Generating",
            work=lambda folder: lambda progress: generate(folder, request, house.engine, progress),
            live=live,
            ended=lambda folder, result: Told(_told(result), live(folder)),
        )

    form.on(start.click, generated, [*shell.outputs, gallery], also=(shell.window,), show_progress="hidden")
    return Panel((gallery, *(form.components[side] for side in SIDES)), show, live)


def _form(size: int, presets: Presets) -> Form[GridRequest]:
    request = GridRequest(width=size, height=size)
    per_cell = gr.Slider(
        1,
        64,
        request.per_cell,
        step=1,
        label="Images of each cell",
        info="A cell is a zoom with an angle: 16 of each of 25 are 400 images",
    )
    shown = lists(presets, lambda name: element_id("generate", name))
    negative = gr.Textbox(request.negative_prompt, label="Negative prompt", lines=2, placeholder="blurry, deformed, …")
    with gr.Accordion("Sampling", open=False):
        with gr.Row():
            sampler = gr.Dropdown(list(get_args(Sampler)), value=request.sampler, label="Sampler")
            steps = gr.Slider(1, 150, request.steps, step=1, label="Steps")
        with gr.Row():
            cfg = gr.Slider(1, 30, request.cfg_scale, step=0.5, label="CFG scale")
            seed = gr.Number(request.seed, label="Seed", info="-1 draws new ones", precision=0)
        with gr.Row():
            width = gr.Number(request.width, label="Width", precision=0)
            height = gr.Number(request.height, label="Height", precision=0)
    return Form(
        GridRequest,
        per_cell=per_cell,
        seed=seed,
        spelled={"zooms": ROW, "angles": ROW},
        zooms=shown.zooms,
        angles=shown.angles,
        negative_prompt=negative,
        width=width,
        height=height,
        sampler=sampler,
        steps=steps,
        cfg_scale=cfg,
    )


def newest(folder: CharacterFolder) -> list[str]:
    """The newest images by path."""
    images = sorted((pair.image for pair in folder.pairs()), key=lambda path: path.stat().st_mtime, reverse=True)
    return [str(path) for path in images[:_SHOWN]]


def _told(result: GridResult) -> str:
    if not result.drawn:
        return f"All {counted(result.planned, 'image')} were there already: nothing to draw."
    return f"{counted(result.drawn, 'image')} drawn, {result.existing} were there already. Next: Curate."
