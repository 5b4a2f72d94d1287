"""Panel 5: the forest test over a run's iterations, and the one to use."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import gradio as gr

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestRequest, ForestTest, forest_test, read_result
from consistent_character.engine import Sampler
from consistent_character.errors import RequestError
from consistent_character.house import House
from consistent_character.report.forest import run_story
from consistent_character.report.markup import element
from consistent_character.report.verdicts import answer, curves_figure, grid
from consistent_character.ui import installing
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import NUMBERS, Form, Updates, on
from consistent_character.ui.pieces import lead, note
from consistent_character.ui.running import run
from consistent_character.ui.window import Panel, Shell, Window

_EMPTY = note("Choose a run and press Test: every iteration draws the same forest, and one of them is named.")
_EDGE = 128
"""Pixels of a picture in the grid; the gallery below shows them whole."""


def panel(house: House, shell: Shell) -> Panel:
    """Lay out the panel and connect it."""
    gr.HTML(
        lead(
            "Lets every saved iteration draw one scene with the same seeds, and names the one to use.",
            "adds the pictures and the verdicts to the run, in forest-test/.",
        )
    )
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            chosen = gr.Dropdown([], label="Run", elem_id=element_id("choose", "run"))
            form = _form(house.size)
            start = gr.Button("Test", variant="primary", elem_id=element_id("choose", "start"))
            offer = installing.lay_out(house)
        with gr.Column(scale=5):
            result = gr.HTML(_EMPTY, elem_id=element_id("choose", "result"))
            pictures = gr.Gallery(
                label="The recommended iteration",
                columns=4,
                object_fit="contain",
                height=260,
                visible=False,
                elem_id=element_id("choose", "pictures"),
            )

    def show(folder: CharacterFolder) -> Updates:
        request = ForestRequest(class_word=folder.character.initialization_text, **_sizes(house.size))
        return {**form.show(request), **live(folder)}

    def live(folder: CharacterFolder) -> Updates:
        runs = folder.runs()[::-1]
        names = [path.name for path in runs]
        test = read_result(runs[0]) if runs else None
        return {chosen: gr.update(choices=names, value=names[0] if names else None), **told(folder, test)}

    def told(folder: CharacterFolder, test: ForestTest | None) -> Updates:
        shown = dict(zip((result, pictures), _shown(folder, test), strict=True))
        return {**shown, **offer.show(folder, test)}

    def remembered(name: str | None, window: Window) -> Updates:
        with window.folder() as folder:
            return told(folder, read_result(_run(folder, name)))

    def tested(request: ForestRequest, name: str | None, window: Window) -> Any:
        yield from run(
            house,
            shell,
            window,
            title="Forest test",
            work=lambda folder: (
                lambda progress: forest_test(folder, _run(folder, name), request, house.engine, progress)
            ),
            live=lambda folder: {},
            ended=lambda folder, test: (_told(test), told(folder, test)),
        )

    filled = (result, pictures, *offer.outputs)
    on(chosen.select, remembered, [chosen, shell.window], filled, show_progress="hidden")
    form.on(start.click, tested, [*shell.outputs, *filled], also=(chosen, shell.window), show_progress="hidden")
    installing.connect(offer, house, shell, chosen, _run)
    return Panel((chosen, *form.components.values(), *filled), show, live)


def _sizes(size: int) -> dict[str, Any]:
    return {"width": size, "height": size}


def _run(folder: CharacterFolder, name: str | None) -> Path:
    """The run chosen, or the newest while the page has not listed them yet."""
    runs = {path.name: path for path in folder.runs()}
    if not runs:
        raise RequestError("There is no run yet: train one in the panel before this one.")
    return runs.get(name or "", list(runs.values())[-1])


def _form(size: int) -> Form[ForestRequest]:
    usual = ForestRequest(**_sizes(size))
    prompt = gr.Textbox(usual.prompt, label="Prompt", lines=2, info="{name} is each iteration in turn")
    word = gr.Textbox(usual.class_word, label="Class word", info="What the character is to the model: the baseline")
    seeds = gr.Textbox(NUMBERS.write(usual.seeds), label="Seeds")
    with gr.Accordion("Sampling", open=False):
        negative = gr.Textbox(usual.negative_prompt, label="Negative prompt")
        with gr.Row():
            sampler = gr.Dropdown(list(get_args(Sampler)), value=usual.sampler, label="Sampler")
            steps = gr.Number(usual.steps, label="Steps", precision=0)
        with gr.Row():
            cfg = gr.Number(usual.cfg_scale, label="CFG scale")
            width = gr.Number(size, label="Width", precision=0)
            height = gr.Number(size, label="Height", precision=0)
    return Form(
        ForestRequest,
        spelled={"seeds": NUMBERS},
        prompt=prompt,
        class_word=word,
        seeds=seeds,
        negative_prompt=negative,
        sampler=sampler,
        steps=steps,
        cfg_scale=cfg,
        width=width,
        height=height,
    )


def _shown(folder: CharacterFolder, test: ForestTest | None) -> tuple[Any, Any]:
    """The result in words, curves and a grid, and the recommended iteration's whole pictures by path."""
    if test is None:
        return _EMPTY, gr.update(value=[], visible=False)
    story = run_story(test, folder.path, name="", title="")
    result = element("div", answer(story), curves_figure(story), grid(story, _EDGE), class_="cc-result")
    pictures = [str(path) for path in story.best.pictures] if story.best else []
    label = f"Step {test.recommended}, whole pictures"
    return result, gr.update(value=pictures, visible=bool(pictures), label=label)


def _told(test: ForestTest) -> str:
    if test.recommended is None:
        return test.cannot_tell or "No iteration can be recommended: the reasons are below."
    onset = f", overtrained from step {test.onset}" if test.onset is not None else ""
    return f"Use step {test.recommended}{onset}."
