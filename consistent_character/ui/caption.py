"""Panel 3: prompts become captions, shown as a difference before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from consistent_character.captioning import CaptionPlan, CaptionRequest, CaptionRow, Status, apply, plan
from consistent_character.character.folder import CharacterFolder
from consistent_character.errors import RequestError
from consistent_character.house import House
from consistent_character.report.inputs import difference
from consistent_character.report.markup import Html, element
from consistent_character.report.verdicts import badge
from consistent_character.report.words import counted
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import PHRASES, Form, Updates, on
from consistent_character.ui.pieces import facts, lead, note, table
from consistent_character.ui.running import run
from consistent_character.ui.undoing import undo
from consistent_character.ui.window import Panel, Shell, Window

_EMPTY = note("Press Show the changes to see every caption as it is and as it would be.")
_SHOWN = 200
"""So many differences are drawn at once; the counts are of all."""


def panel(house: House, shell: Shell) -> Panel:
    """Lay out the panel and connect it."""
    gr.HTML(
        lead(
            "Turns each image's prompt into its caption: the look becomes the token, emphasis and settings go.",
            "nothing until you press Write; then the .txt files, in one go that Undo takes back byte for byte.",
        )
    )
    planned = gr.State(None)
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            form = _form()
            shown = gr.Button("Show the changes", variant="primary", elem_id=element_id("caption", "plan"))
            counts = gr.HTML(_EMPTY, elem_id=element_id("caption", "counts"))
            spared = gr.Dropdown([], multiselect=True, label="Leave these captions as they are", visible=False)
            write = gr.Button("Write the captions", interactive=False, elem_id=element_id("caption", "apply"))
            back = gr.Button("Undo the last change", elem_id=element_id("caption", "undo"))
        with gr.Column(scale=5), gr.Tabs():
            with gr.Tab("Changes"):
                changes = gr.HTML(_EMPTY, elem_id=element_id("caption", "changes"))
            with gr.Tab("For you to look at"):
                review = gr.HTML(_EMPTY, elem_id=element_id("caption", "review"))
    outputs = (planned, counts, spared, write, changes, review)

    def cleared(folder: CharacterFolder) -> Updates:
        return dict(zip(outputs, _shown(None), strict=True))

    def show(folder: CharacterFolder) -> Updates:
        character = folder.character
        return {**form.show(CaptionRequest(character.token, character.look)), **cleared(folder)}

    def planned_now(request: CaptionRequest, window: Window) -> Updates:
        with window.folder() as folder:
            return dict(zip(outputs, _shown(plan(folder, request)), strict=True))

    def written(found: CaptionPlan | None, spare: Sequence[str], window: Window) -> Any:
        if found is None:
            raise RequestError("Press Show the changes first: there is no plan to carry out.")
        chosen = found.without(spare or ())
        changed = counted(len(chosen.with_status("changed")), "caption")
        yield from run(
            house,
            shell,
            window,
            title="Writing captions",
            work=lambda folder: lambda progress: apply(folder, chosen),
            live=lambda folder: {},
            ended=lambda folder, _: (f"{changed} written. Next: Train.", cleared(folder)),
            engine=False,
        )

    def undone(window: Window) -> Any:
        yield from undo(house, shell, window, cleared)

    form.on(shown.click, planned_now, outputs, also=(shell.window,), show_progress="hidden")
    on(write.click, written, [planned, spared, shell.window], [*shell.outputs, *outputs], show_progress="hidden")
    on(back.click, undone, [shell.window], [*shell.outputs, *outputs], show_progress="hidden")
    return Panel((*form.components.values(), *outputs), show, lambda folder: {})


def _form() -> Form[CaptionRequest]:
    token = gr.Textbox(label="Token", info="What the captions will say", elem_id=element_id("caption", "token"))
    look = gr.Textbox(label="Look", info="What it stands for", lines=3)
    leave_out = gr.Textbox(
        label="Leave out",
        info="Phrases, between commas. What no caption names is learned as part of the character.",
        placeholder="nothing, as a rule",
        elem_id=element_id("caption", "leave_out"),
    )
    return Form(CaptionRequest, spelled={"leave_out": PHRASES}, token=token, look=look, leave_out=leave_out)


def _shown(found: CaptionPlan | None) -> tuple[Any, ...]:
    if found is None:
        return (
            None,
            _EMPTY,
            gr.update(choices=[], value=[], visible=False),
            gr.update(interactive=False, variant="secondary"),
            _EMPTY,
            _EMPTY,
        )
    changed = found.with_status("changed")
    spare = gr.update(choices=[row.name for row in changed], value=[], visible=bool(changed))
    variant = "primary" if changed else "secondary"
    button = gr.update(value=f"Write {counted(len(changed), 'caption')}", interactive=bool(changed), variant=variant)
    doubtful = (*found.with_status("undecodable"), *found.with_status("review"))
    return found, _counts(found), spare, button, _changes(changed), _review(doubtful)


def _counts(found: CaptionPlan) -> Html:
    statuses: tuple[Status, ...] = ("changed", "unchanged", "review", "undecodable")
    figures = [(f"{number:,}", status) for status in statuses if (number := len(found.with_status(status)))]
    rules = table(
        ("what was done", "captions"), ((rule, f"{number:,}") for rule, number in found.rule_counts().items())
    )
    return element("div", facts(figures), rules if found.rule_counts() else "")


def _changes(rows: Sequence[CaptionRow]) -> Html:
    if not rows:
        return note("No caption would change.")
    more = note(f"{len(rows) - _SHOWN:,} more would change likewise.") if len(rows) > _SHOWN else ""
    drawn = (element("div", element("code", row.name), difference(row.before, row.after)) for row in rows[:_SHOWN])
    return element("div", *drawn, more, class_="cc-captions cc-tall")


def _review(rows: Sequence[CaptionRow]) -> Html:
    if not rows:
        return note("Nothing is left to look at.", "good")
    cells = ((element("code", row.name), badge(row.status), row.reason, row.before) for row in rows)
    return element("div", table(("image", "", "why", "caption"), cells), class_="cc-tall")
