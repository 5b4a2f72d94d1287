"""Panel 5: the forest test over a run's iterations, and the one to use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestRequest, ForestTest, Subject, forest_test
from consistent_character.errors import RequestError
from consistent_character.house import House
from consistent_character.jobs import Work
from consistent_character.progress import Progress
from consistent_character.report.exporting import export_run
from consistent_character.report.verdicts import in_words
from consistent_character.ui import installing, validate
from consistent_character.ui.choose_form import lay_out_form, usual_request
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.elsewhere import elsewhere
from consistent_character.ui.forest_shown import EMPTY, compared, kind_of, shown
from consistent_character.ui.form import Updates, on
from consistent_character.ui.pieces import lead, note
from consistent_character.ui.running import Told, run
from consistent_character.ui.window import Panel, Shell, Window
from consistent_character.vision.seeing.installing import seeing_hint


def panel(house: House, shell: Shell) -> Panel:
    """Lay out the panel and connect it."""
    gr.HTML(
        lead(
            "Lets saved iterations draw one scene with the same seeds, and names the one to use.",
            "adds the pictures to the run, in forest-test/, and report.html with the verdicts beside them.",
        )
    )
    picked = gr.State(None)
    with gr.Row(elem_classes="cc-choose"):  # the style sheet puts the form on the right, and on top where it is narrow
        with gr.Column(scale=2, min_width=300, elem_id=element_id("choose", "form")):
            chosen = gr.Dropdown([], label="Run", elem_id=element_id("choose", "run"))
            form = lay_out_form(house.size)
            start = gr.Button("Find the iteration", variant="primary", elem_id=element_id("choose", "start"))
        with gr.Column(scale=5, min_width=480):
            result = gr.HTML(EMPTY, elem_id=element_id("choose", "result"))
    with gr.Accordion("Put it to use", open=False, elem_id=element_id("install", "open")):
        offer = installing.lay_out(house)
    pictures = gr.HTML("", elem_id=element_id("choose", "pictures"))
    trial = validate.lay_out(house)
    with gr.Accordion("Compare runs", open=False, elem_id=element_id("choose", "compare")):
        others = gr.HTML(note("Open a character to compare its runs."), elem_id=element_id("choose", "runs"))
    elsewhere(house, shell)
    if hint := seeing_hint():
        gr.HTML(note(hint), elem_id=element_id("choose", "hint"))

    def show(folder: CharacterFolder) -> Updates:
        request = usual_request(house.size, folder.character.initialization_text)
        return {**form.show(request), **trial.fill(house, folder), picked: None, **again(folder, None)}

    def live(folder: CharacterFolder) -> Updates:
        return {chosen: gr.update(choices=_newest_first(folder)), others: compared(folder)}

    def again(folder: CharacterFolder, by_hand: _Picked | None) -> Updates:
        names = _newest_first(folder)
        name = by_hand.of(names) if by_hand else next(iter(names), None)
        listed = {chosen: gr.update(choices=names, value=name)}
        return {**listed, **told(folder, _run(folder, name) if name else None), others: compared(folder)}

    def told(folder: CharacterFolder, path: Path | None) -> Updates:
        found = shown(house, folder, path)
        tried = trial.show(house, folder, path)
        return {result: found.headline, pictures: found.details, **offer.show(folder, found.test), **tried}

    def remembered(name: str | None, window: Window) -> Updates:
        with window.folder() as folder:
            run_of_that_name = _run(folder, name)
            by_hand = _Picked(run_of_that_name.name, _newest_first(folder)[0])
            return {picked: by_hand, **told(folder, run_of_that_name)}

    def tested(request: ForestRequest, name: str | None, window: Window) -> Any:
        yield from run(
            house,
            shell,
            window,
            title="Forest test",
            work=lambda folder: _finding(folder, _run(folder, name), request, house),
            live=lambda folder: {},
            ended=lambda folder, test: Told(
                in_words(test),
                {**told(folder, _run(folder, name)), others: compared(folder)},
                kind_of(test),
            ),
        )

    filled = (result, pictures, *offer.outputs, trial.sheet)
    on(chosen.select, remembered, [chosen, shell.window], [picked, *filled], show_progress="hidden")
    form.on(start.click, tested, [*shell.outputs, *filled, others], also=(chosen, shell.window), show_progress="hidden")
    installing.connect(offer, house, shell, chosen, _run)
    validate.connect(trial, house, shell, chosen, _run)
    boxes = (chosen, picked, *form.components.values(), *trial.form.components.values())
    return Panel((*boxes, *filled, others), show, live, picked, again)


@dataclass(frozen=True)
class _Picked:
    """The run that a person picked, and the newest there was then."""

    name: str
    newest: str

    def of(self, names: Sequence[str]) -> str | None:
        """The one to show of the runs that there are now, the newest first: a newer one is what was waited for."""
        kept = self.name in names and names[0] == self.newest
        return self.name if kept else next(iter(names), None)


def _newest_first(folder: CharacterFolder) -> list[str]:
    return [path.name for path in folder.runs()[::-1]]


def _finding(folder: CharacterFolder, path: Path, request: ForestRequest, house: House) -> Work:
    """The test, then its files beside it."""

    def find(progress: Progress) -> ForestTest:
        subject = Subject.of_run(folder, path, house.engine.vocabulary)
        with house.eyes(folder.database) as sight:
            test = forest_test(subject, request, house.engine, progress, sight)
        export_run(folder, path, test)
        return test

    return find


def _run(folder: CharacterFolder, name: str | None) -> Path:
    """The run chosen, or the newest while the page has not listed them yet."""
    runs = {path.name: path for path in folder.runs()}
    if not runs:
        raise RequestError("There is no run yet: train one in the panel before this one.")
    return runs.get(name or "", list(runs.values())[-1])
