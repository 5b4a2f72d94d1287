"""Panel 4: a look at everything that would spoil a run, the training, and what it has saved so far."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import gradio as gr

from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import LatentSampling, Sampler
from consistent_character.house import House
from consistent_character.report.markup import Html, element
from consistent_character.report.plots import loss_curve
from consistent_character.report.verdicts import badge
from consistent_character.report.words import counted
from consistent_character.training import Finding, TrainingRun, TrainingSettings, preflight, resume, train
from consistent_character.training.settings import ForestWatching
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import LINES, Form, Updates, on
from consistent_character.ui.pieces import facts, lead, note, table
from consistent_character.ui.running import run
from consistent_character.ui.window import Panel, Shell, Window

_NO_RUN = note("No run yet. Check first tells what would go wrong; Train makes a new run.")

_NO_TRAINER = note(
    "This web UI cannot train embeddings: it has no Train tab. Everything else works here; to train, open the same "
    "folder in AUTOMATIC1111 or reForge, or on its own with “python start.py ui”.",
    "warning",
)


def panel(house: House, shell: Shell) -> Panel:
    """Lay out the panel and connect it."""
    gr.HTML(
        lead(
            "Trains the embedding on the kept images and their captions, after a look at all that usually goes wrong.",
            "makes a new folder in runs/ with every saved iteration. An interrupted run is gone on with from there.",
        )
    )
    able = house.engine.trainer is not None
    if not able:
        gr.HTML(_NO_TRAINER, elem_id=element_id("train", "none"))
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            form = _form(house.size)
            with gr.Row():
                check = gr.Button("Check first", elem_id=element_id("train", "check"), interactive=able)
                start = gr.Button("Train", variant="primary", elem_id=element_id("train", "start"), interactive=able)
            further = gr.Button("Go on with the newest run", elem_id=element_id("train", "resume"), interactive=able)
        with gr.Column(scale=5):
            findings = gr.HTML("", elem_id=element_id("train", "findings"))
            curve = gr.HTML(_NO_RUN, elem_id=element_id("train", "curve"))
            previews = gr.Gallery(
                label="Previews", columns=6, object_fit="contain", height=320, elem_id=element_id("train", "previews")
            )

    def live(folder: CharacterFolder) -> Updates:
        newest = folder.runs()[-1:]
        return {curve: _standing(newest[0]) if newest else _NO_RUN, previews: _previews(newest)}

    def show(folder: CharacterFolder) -> Updates:
        settings = TrainingSettings.for_character(folder.character, house.size)
        return {**form.show(settings), findings: "", **live(folder)}

    def checked(settings: TrainingSettings, window: Window) -> Updates:
        settings.check()
        with window.folder() as folder:
            return {findings: _findings(preflight(folder, settings, house.engine))}

    def trained(settings: TrainingSettings, window: Window) -> Any:
        yield from run(
            house,
            shell,
            window,
            title="Training",
            work=lambda folder: lambda progress: train(folder, settings, house.engine, progress),
            live=live,
            ended=lambda folder, done: (_told(done), live(folder)),
        )

    def gone_on(window: Window) -> Any:
        yield from run(
            house,
            shell,
            window,
            title="Training",
            work=lambda folder: lambda progress: resume(folder, newest_run(folder), house.engine, progress),
            live=live,
            ended=lambda folder, done: (_told(done), live(folder)),
        )

    running = [*shell.outputs, curve, previews]
    form.on(check.click, checked, [findings], also=(shell.window,), show_progress="hidden")
    form.on(start.click, trained, running, also=(shell.window,), show_progress="hidden")
    on(further.click, gone_on, [shell.window], running, show_progress="hidden")
    return Panel((*form.components.values(), findings, curve, previews), show, live)


def newest_run(folder: CharacterFolder) -> Path:
    """The newest run's folder; where there is none, a path that every reader refuses in its own words."""
    return next(iter(folder.runs()[-1:]), folder.path / "runs" / "none yet")


def _form(size: int) -> Form[TrainingSettings]:
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
    with gr.Accordion("Iterations and previews", open=False):
        with gr.Row():
            save = gr.Number(usual.save_every, label="Save every", info="Steps", precision=0)
            preview = gr.Number(usual.preview_every, label="Preview every", info="Steps; 0 makes none", precision=0)
        prompt = gr.Textbox(usual.preview_prompt, label="Preview prompt", info="{name} becomes the token")
        with gr.Row():
            preview_seed = gr.Number(usual.preview_seed, label="Preview seed", precision=0)
            sampler = gr.Dropdown(list(get_args(Sampler)), value=usual.preview_sampler, label="Preview sampler")
        with gr.Row():
            preview_steps = gr.Slider(1, 150, usual.preview_steps, step=1, label="Preview steps")
            cfg = gr.Slider(1, 30, usual.preview_cfg_scale, step=0.5, label="Preview CFG scale")
        watching = gr.Dropdown(
            list(get_args(ForestWatching)),
            value=usual.forest_watch,
            label="Forest watch",
            info="stop: a run that has lost its scene in two previews in a row ends by itself",
        )
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
        seed=seed,
    )


def _findings(found: Sequence[Finding]) -> Html:
    if not found:
        return note("Nothing found that would spoil this run.", "good")
    rows = ((badge(finding.severity), finding.message, finding.remedy) for finding in found)
    return table(("", "what", "what to do"), rows)


def _standing(path: Path) -> Html:
    """A run's figures and its loss so far."""
    losses = read_losses(path / "loss.csv")
    saved = len(list((path / "embeddings").glob("*.pt")))
    last = f"{losses[-1][1]:.4f}" if losses else "none yet"
    step = f"{losses[-1][0]:,}" if losses else "0"
    figures = facts(((step, "steps"), (f"{saved:,}", "iterations saved"), (last, "last loss")))
    drawing = loss_curve(losses) if len(losses) > 1 else ""
    return element("div", element("h3", f"Run {path.name}"), figures, drawing, class_="cc-run")


def read_losses(path: Path) -> list[tuple[int, float]]:
    """Step and loss of every whole line of a `loss.csv`; none if there is no file yet."""
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    column = rows[0].index("loss") if rows and "loss" in rows[0] else 1
    return [(int(row[0]), float(row[column])) for row in rows if len(row) > column and row[0].isdigit()]


def _previews(runs: Sequence[Path]) -> list[tuple[str, str]]:
    images = sorted((runs[0] / "previews").glob("*.png"), key=lambda path: path.stat().st_mtime) if runs else []
    return [(str(path), path.stem) for path in images]


def _told(done: TrainingRun) -> str:
    return f"Trained: {counted(len(done.iterations), 'iteration')} saved. Next: Choose finds the one to use."
