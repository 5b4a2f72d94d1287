"""Below the forest test: the iteration is put where the host's own prompts find it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestTest, Installed, InstallRequest, install
from consistent_character.errors import RequestError
from consistent_character.house import House
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import Form, Updates
from consistent_character.ui.running import run
from consistent_character.ui.window import Shell, Window

RunOf = Callable[[CharacterFolder, "str | None"], Path]


@dataclass(frozen=True)
class Offer:
    """The two boxes and the button; out of sight where the host has no prompts of its own."""

    form: Form[InstallRequest]
    use: Any

    @property
    def outputs(self) -> tuple[Any, ...]:
        """What depends on the run."""
        return (*self.form.components.values(), self.use)

    def show(self, folder: CharacterFolder, test: ForestTest | None) -> Updates:
        """The recommended iteration, or where there is none whichever the person names."""
        step = test.recommended if test else None
        request = InstallRequest(step or 0, folder.character.token)
        return {**self.form.show(request), self.use: gr.update(variant="primary" if step else "secondary")}


def lay_out(house: House) -> Offer:
    """Lay out the boxes and the button."""
    with gr.Column(visible=house.place is not None):
        with gr.Row():
            step = gr.Number(
                0,
                label="Step to use",
                info="0: the recommended one",
                precision=0,
                elem_id=element_id("install", "step"),
            )
            name = gr.Textbox(
                label="Name in prompts", info="Letters, digits, _, -", elem_id=element_id("install", "name")
            )
        use = gr.Button("Put it into the web UI's embeddings", elem_id=element_id("install", "start"))
    return Offer(Form(InstallRequest, step=step, name=name), use)


def connect(offer: Offer, house: House, shell: Shell, chosen: Any, run_of: RunOf) -> None:
    """Connect the button; `chosen` holds the run's name, which `run_of` finds."""

    def installed(request: InstallRequest, name: str | None, window: Window) -> Any:
        place = house.place
        if place is None:
            raise RequestError("There is no web UI here: take the file out of the run's folder.")
        yield from run(
            house,
            shell,
            window,
            title="Installing",
            work=lambda folder: lambda progress: install(folder, run_of(folder, name), request, place),
            live=lambda folder: {},
            ended=lambda folder, done: (_told(done), {}),
        )

    offer.form.on(offer.use.click, installed, shell.outputs, also=(chosen, shell.window), show_progress="hidden")


def _told(done: Installed) -> str:
    return f"Step {done.step} is {done.path.name} in the web UI's embeddings: write {done.name} into any prompt."
