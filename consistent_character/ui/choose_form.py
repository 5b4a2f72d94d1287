"""The form of the forest test: what is drawn of every iteration, and how closely is looked."""

from __future__ import annotations

from typing import Any, get_args

import gradio as gr

from consistent_character.choosing import ForestRequest
from consistent_character.engine import Sampler
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import NUMBERS, Form, Spelled, on

_SEARCHES = {"coarse": "coarse to fine", "all": "every iteration"}
_MEANT = {words: name for name, words in _SEARCHES.items()}
_SEARCH = Spelled(_SEARCHES.__getitem__, lambda words: _MEANT.get(words, words))
SCENES = ("in a forest", "on a beach", "in the snow", "in a gray city", "in thick fog", "at night in a street")
"""Places that training sets do not show; the first one is the tutorial's."""


def usual_request(size: int, class_word: str = "woman") -> ForestRequest:
    """The defaults, in the checkpoint's own size."""
    return ForestRequest(class_word=class_word, width=size, height=size)


def lay_out_form(size: int) -> Form[ForestRequest]:
    """Lay out the form."""
    usual = usual_request(size)
    prompt = gr.Textbox(usual.prompt, label="Prompt", lines=2, info="{name} is each iteration in turn")
    scene = gr.Dropdown(
        list(SCENES),
        value=SCENES[0],
        label="Scene",
        info="Or write any other one",
        elem_id=element_id("choose", "scene"),
    )
    on(scene.select, in_scene, [prompt, scene], [prompt], show_progress="hidden")
    search = gr.Radio(
        list(_SEARCHES.values()),
        value=_SEARCHES[usual.search],
        label="Look at",
        info="Coarse to fine draws some iterations, then those that matter",
        elem_id=element_id("choose", "search"),
    )
    seeds = gr.Textbox(NUMBERS.write(usual.seeds), label="Seeds", info="The same for every iteration")
    with gr.Accordion("Sampling", open=False):
        with gr.Row():
            word = gr.Textbox(usual.class_word, label="Class word", info="The baseline", min_width=100)
            more = gr.Number(
                usual.more_seeds, label="More seeds", info="At most, where open", precision=0, min_width=100
            )
        rest = _sampling(usual, size)
    components: dict[str, Any] = {
        "prompt": prompt, "class_word": word, "seeds": seeds, "search": search, "more_seeds": more, **rest,
    }  # fmt: skip
    return Form(ForestRequest, spelled={"seeds": NUMBERS, "search": _SEARCH}, **components)


def in_scene(prompt: str, scene: str) -> str:
    """The prompt with another scene in the place of the one it has; after it where it names none of ours."""
    named = next((one for one in SCENES if one in prompt), None)
    return prompt.replace(named, scene) if named else f"{prompt.rstrip(' ,')} {scene}"


def _sampling(usual: ForestRequest, size: int) -> dict[str, Any]:
    negative = gr.Textbox(usual.negative_prompt, label="Negative prompt")
    with gr.Row():
        sampler = gr.Dropdown(list(get_args(Sampler)), value=usual.sampler, label="Sampler", min_width=100)
        steps = gr.Number(usual.steps, label="Steps", precision=0, min_width=100)
    with gr.Row():
        cfg = gr.Number(usual.cfg_scale, label="CFG scale", min_width=80)
        width = gr.Number(size, label="Width", precision=0, min_width=80)
        height = gr.Number(size, label="Height", precision=0, min_width=80)
    return {
        "negative_prompt": negative, "sampler": sampler, "steps": steps, "cfg_scale": cfg, "width": width,
        "height": height,
    }  # fmt: skip
