"""The form of the Train panel: all settings of a run, those that people change in sight."""

from __future__ import annotations

from typing import get_args

import gradio as gr

from consistent_character.engine import LatentSampling, Sampler
from consistent_character.training import TrainingSettings
from consistent_character.training.settings import ForestWatching
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import LINES, Form


def training_form(size: int) -> Form[TrainingSettings]:
    """Lay out the form, for a checkpoint of `size` pixels."""
    usual = TrainingSettings(width=size, height=size)
    with gr.Row():
        steps = gr.Number(usual.steps, label="Steps", precision=0)
        rate = gr.Textbox(usual.learn_rate, label="Learning rate", info="A number, or 0.005:100, 0.001")
    with gr.Row():
        vectors = gr.Number(usual.num_vectors, label="Vectors", precision=0)
        initial = gr.Textbox(usual.initialization_text, label="Initialization text")
    with gr.Row():
        batch = gr.Number(usual.batch_size, label="Batch size", precision=0)
        accumulation = gr.Number(usual.gradient_accumulation, label="Gradient accumulation", precision=0)
    watching = gr.Radio(
        list(get_args(ForestWatching)),
        value=usual.forest_watch,
        label="Forest watch",
        info="Lets each saved iteration draw the preview with the same seeds as the class word: is the scene there, "
        "and the person? watch tells; stop also ends a run that is overtrained for certain; off does not look.",
        elem_id=element_id("train", "watch"),
    )
    with gr.Accordion("Iterations and previews", open=False):
        with gr.Row():
            save = gr.Number(usual.save_every, label="Save every", info="Steps", precision=0)
            preview = gr.Number(usual.preview_every, label="Preview every", info="Steps; 0 makes none", precision=0)
        prompt = gr.Textbox(usual.preview_prompt, label="Preview prompt", info="{name} becomes the token")
        with gr.Row():
            preview_seed = gr.Number(usual.preview_seed, label="Preview seed", precision=0)
            watch_seeds = gr.Number(
                usual.watch_seeds, label="Seeds of the watch", info="Pictures of each iteration", precision=0
            )
            sampler = gr.Dropdown(list(get_args(Sampler)), value=usual.preview_sampler, label="Preview sampler")
        with gr.Row():
            preview_steps = gr.Slider(1, 150, usual.preview_steps, step=1, label="Preview steps")
            cfg = gr.Slider(1, 30, usual.preview_cfg_scale, step=0.5, label="Preview CFG scale")
    with gr.Accordion("More", open=False):
        template = gr.Textbox("\n".join(usual.template), lines=2, label="Prompt template", info="One a line")
        with gr.Row():
            latents = gr.Dropdown(list(get_args(LatentSampling)), value=usual.latent_sampling, label="Latent sampling")
            seed = gr.Number(usual.seed, label="Training seed", precision=0)
        with gr.Row():
            width = gr.Number(size, label="Training width", precision=0)
            height = gr.Number(size, label="Training height", precision=0)
    return Form(
        TrainingSettings,
        spelled={"template": LINES},
        initialization_text=initial,
        num_vectors=vectors,
        learn_rate=rate,
        batch_size=batch,
        gradient_accumulation=accumulation,
        steps=steps,
        template=template,
        width=width,
        height=height,
        latent_sampling=latents,
        save_every=save,
        preview_every=preview,
        preview_prompt=prompt,
        preview_seed=preview_seed,
        preview_sampler=sampler,
        preview_steps=preview_steps,
        preview_cfg_scale=cfg,
        forest_watch=watching,
        watch_seeds=watch_seeds,
        seed=seed,
    )
