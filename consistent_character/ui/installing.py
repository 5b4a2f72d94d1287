"""Below the forest test: the iteration is put where prompts find it, with a model card and samples to publish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import gradio as gr

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestTest, Promoted, PromoteRequest, promote
from consistent_character.choosing.promoting import MOST_SAMPLES, FileForm
from consistent_character.house import House
from consistent_character.jobs import Work
from consistent_character.progress import Progress
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import Form, Updates
from consistent_character.ui.running import Told, run
from consistent_character.ui.window import Shell, Window

RunOf = Callable[[CharacterFolder, "str | None"], Path]


@dataclass(frozen=True)
class Offer:
    """The boxes and the button."""

    form: Form[PromoteRequest]
    use: Any

    @property
    def outputs(self) -> tuple[Any, ...]:
        """What depends on the run."""
        return (*self.form.components.values(), self.use)

    def show(self, folder: CharacterFolder, test: ForestTest | None) -> Updates:
        """The recommended iteration, or where there is none whichever the person names."""
        step = test.recommended if test else None
        request = PromoteRequest(step or 0, folder.character.token)
        return {**self.form.show(request), self.use: gr.update(variant="primary" if step else "secondary")}


def lay_out(house: House) -> Offer:
    """Lay out the boxes and the button."""
    with gr.Row():
        step = gr.Number(
            0,
            label="Step to use",
            info="0: the recommended one",
            precision=0,
            elem_id=element_id("install", "step"),
        )
        name = gr.Textbox(label="Name in prompts", info="Letters, digits, _, -", elem_id=element_id("install", "name"))
    with gr.Row():
        form = gr.Dropdown(
            list(get_args(FileForm)), value="pt", label="Kind of file", elem_id=element_id("install", "form")
        )
        samples = gr.Number(
            4,
            label="Sample seeds",
            info=f"2 to {MOST_SAMPLES}, each drawn at three weights; 0: none",
            precision=0,
            elem_id=element_id("install", "samples"),
        )
    make_room = gr.Checkbox(
        False, label="May move another embedding of that name away", elem_id=element_id("install", "make-room")
    )
    label = "Put it into the web UI's embeddings" if house.place else "Make it ready to publish"
    use = gr.Button(label, elem_id=element_id("install", "start"))
    return Offer(
        Form(PromoteRequest, step=step, name=name, form=form, samples=samples, make_room=make_room),
        use,
    )


def connect(offer: Offer, house: House, shell: Shell, chosen: Any, run_of: RunOf) -> None:
    """Connect the button; `chosen` holds the run's name, which `run_of` finds."""

    def promoted(request: PromoteRequest, name: str | None, window: Window) -> Any:
        yield from run(
            house,
            shell,
            window,
            title="Promoting",
            work=lambda folder: _promoting(folder, run_of(folder, name), request, house),
            live=lambda folder: {},
            ended=lambda folder, done: Told(_told(done)),
        )

    offer.form.on(offer.use.click, promoted, shell.outputs, also=(chosen, shell.window), show_progress="hidden")


def _promoting(folder: CharacterFolder, path: Path, request: PromoteRequest, house: House) -> Work:
    def work(progress: Progress) -> Promoted:
        with house.eyes(folder.database) as sight:
            return promote(folder, path, request, house.engine, house.place, progress, sight)

    return work


def _told(done: Promoted) -> str:
    trigger = done.name if done.weight == 1 else f"({done.name}:{done.weight:g})"
    where = "in the web UI's embeddings" if done.loaded else f"in {done.path.parent}"
    kept = f" What had that name before is kept: {', '.join(map(str, done.aside))}." if done.aside else ""
    return (
        f"Step {done.step} is {done.path.name} {where}: write {trigger} into any prompt.{kept} Model card: {done.card}"
    )
