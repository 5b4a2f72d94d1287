"""Below the forest test: the iteration is tried out in other places, outfits, styles and on other checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import gradio as gr

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing.battery import Battery, BatteryRequest, read_battery, try_run
from consistent_character.choosing.battery.request import GROUPS
from consistent_character.engine import Sampler
from consistent_character.errors import FolderError
from consistent_character.house import House
from consistent_character.jobs import Work
from consistent_character.progress import Progress
from consistent_character.report.battery import battery_sheet, write_battery_page
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import LINES, NUMBERS, Form, Updates
from consistent_character.ui.pieces import note
from consistent_character.ui.running import Told, run
from consistent_character.ui.window import Shell, Window
from consistent_character.web.showing import addresses

RunOf = Callable[[CharacterFolder, "str | None"], Path]
_EMPTY = note("Press Try it out: the iteration draws each prompt beside the class word, and each picture is looked at.")


@dataclass(frozen=True)
class Trial:
    """The form, the button, and where the sheet is shown."""

    form: Form[BatteryRequest]
    start: Any
    sheet: Any

    @property
    def outputs(self) -> tuple[Any, ...]:
        """What depends on the character or the run."""
        return (*self.form.components.values(), self.sheet)

    def fill(self, house: House, folder: CharacterFolder) -> Updates:
        """The defaults for a character, and the host's checkpoints."""
        usual = BatteryRequest(class_word=folder.character.initialization_text, width=house.size, height=house.size)
        names = gr.update(choices=list(house.engine.checkpoints()), value=[])
        return {**self.form.show(usual), self.form.components["checkpoints"]: names}

    def show(self, house: House, folder: CharacterFolder, path: Path | None) -> Updates:
        """What the last trying out of the run has shown."""
        try:
            battery = read_battery(path) if path is not None else None
        except FolderError as error:
            return {self.sheet: note(str(error), "warning")}
        if battery is None:
            return {self.sheet: _EMPTY}
        return {self.sheet: battery_sheet(battery, folder.path, addresses(house, folder.path))}


def lay_out(house: House) -> Trial:
    """Lay out the form, the button and the sheet."""
    usual = BatteryRequest(width=house.size, height=house.size)
    with gr.Accordion("Try it out", open=False, elem_id=element_id("validate", "open")):
        with gr.Row():
            step = gr.Number(
                0,
                label="Step",
                info="0: the recommended one",
                precision=0,
                min_width=100,
                elem_id=element_id("validate", "step"),
            )
            groups = gr.CheckboxGroup(
                list(GROUPS), value=list(GROUPS), label="What to try", elem_id=element_id("validate", "groups")
            )
            checkpoints = gr.Dropdown(
                [], label="Checkpoints", info="None: the one in use", multiselect=True, min_width=160
            )
        own = gr.Textbox("", label="Prompts of your own, one a line", lines=2, info="{name} is the character")
        with gr.Accordion("Sampling", open=False):
            rest = _sampling(usual)
        start = gr.Button("Try it out", elem_id=element_id("validate", "start"))
        sheet = gr.HTML(_EMPTY, elem_id=element_id("validate", "sheet"))
    components = {"step": step, "groups": groups, "checkpoints": checkpoints, "prompts": own, **rest}
    form = Form(BatteryRequest, spelled={"prompts": LINES, "seeds": NUMBERS}, **components)
    return Trial(form, start, sheet)


def _sampling(usual: BatteryRequest) -> dict[str, Any]:
    with gr.Row():
        word = gr.Textbox(usual.class_word, label="Class word", min_width=100)
        seeds = gr.Textbox(NUMBERS.write(usual.seeds), label="Seeds", min_width=100)
        negative = gr.Textbox(usual.negative_prompt, label="Negative prompt")
    with gr.Row():
        sampler = gr.Dropdown(list(get_args(Sampler)), value=usual.sampler, label="Sampler", min_width=100)
        steps = gr.Number(usual.steps, label="Steps", precision=0, min_width=80)
        cfg = gr.Number(usual.cfg_scale, label="CFG scale", min_width=80)
        width = gr.Number(usual.width, label="Width", precision=0, min_width=80)
        height = gr.Number(usual.height, label="Height", precision=0, min_width=80)
    return {
        "class_word": word, "seeds": seeds, "negative_prompt": negative, "sampler": sampler, "steps": steps,
        "cfg_scale": cfg, "width": width, "height": height,
    }  # fmt: skip


def connect(trial: Trial, house: House, shell: Shell, chosen: Any, run_of: RunOf) -> None:
    """Connect the button; `chosen` holds the run's name, which `run_of` finds."""

    def tried(request: BatteryRequest, name: str | None, window: Window) -> Any:
        yield from run(
            house,
            shell,
            window,
            title="Trying out",
            work=lambda folder: _trying(folder, run_of(folder, name), request, house),
            live=lambda folder: {},
            ended=lambda folder, battery: Told(_told(battery), trial.show(house, folder, run_of(folder, name))),
        )

    outputs = [*shell.outputs, trial.sheet]
    trial.form.on(trial.start.click, tried, outputs, also=(chosen, shell.window), show_progress="hidden")


def _trying(folder: CharacterFolder, path: Path, request: BatteryRequest, house: House) -> Work:
    def work(progress: Progress) -> Battery:
        with house.eyes(folder.database) as sight:
            battery = try_run(folder, path, request, house.engine, progress, sight)
        write_battery_page(battery, path, folder.path)
        return battery

    return work


def _told(battery: Battery) -> str:
    good = sum(one.good for tried in battery.tried for one in tried.summaries)
    total = sum(one.total for tried in battery.tried for one in tried.summaries)
    unusable = [tried.checkpoint for tried in battery.tried if tried.problem]
    more = f" Not usable: {', '.join(unusable)}." if unusable else ""
    return f"Step {battery.step} is good in {good} of {total} pictures.{more}"
