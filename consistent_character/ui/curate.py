"""Panel 2: what is broken, blank, doubled or too much is found, explained, and moved out of the way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import gradio as gr

from consistent_character.character.folder import CharacterFolder
from consistent_character.curating import CurateRequest, CurationPlan, Decision, apply, plan
from consistent_character.errors import RequestError
from consistent_character.house import House
from consistent_character.report.markup import Html, element
from consistent_character.report.verdicts import badge
from consistent_character.report.words import counted
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import Form, Updates, on
from consistent_character.ui.pieces import facts, lead, note, table
from consistent_character.ui.running import Told, run
from consistent_character.ui.undoing import undo
from consistent_character.ui.window import Panel, Shell, Window

_EMPTY = note("Press Analyse to see what would stay and what would go, and why.")
_GALLERY = {"columns": 6, "object_fit": "contain", "height": 460}


def panel(house: House, shell: Shell) -> Panel:
    """Lay out the panel and connect it."""
    gr.HTML(
        lead(
            "Looks at every image and suggests which to keep: evenly over zooms and angles, the best first.",
            "nothing until you press Move; then the rejected go to rejected/, with their captions. Nothing is deleted.",
        )
    )
    planned = gr.State(None)
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            keep = gr.Slider(1, 400, CurateRequest().keep, step=1, label="Images to keep", info="About 150 are usual")
            analyse = gr.Button("Analyse", variant="primary", elem_id=element_id("curate", "analyse"))
            counts = gr.HTML(_EMPTY, elem_id=element_id("curate", "counts"))
            move = gr.Button(
                "Move the rejected out of the way", interactive=False, elem_id=element_id("curate", "apply")
            )
            back = gr.Button("Undo the last change", elem_id=element_id("curate", "undo"))
        with gr.Column(scale=5), gr.Tabs():
            with gr.Tab("Would go"):
                going = gr.Gallery(label="Would go", elem_id=element_id("curate", "going"), **_GALLERY)
            with gr.Tab("Would stay"):
                staying = gr.Gallery(label="Would stay", elem_id=element_id("curate", "staying"), **_GALLERY)
            with gr.Tab("Every reason"):
                reasons = gr.HTML(_EMPTY, elem_id=element_id("curate", "reasons"))
    outputs = (planned, counts, move, going, staying, reasons)

    def show_plan(folder: CharacterFolder, found: CurationPlan | None) -> Updates:
        return dict(zip(outputs, _shown(folder, found), strict=True))

    def cleared(folder: CharacterFolder) -> Updates:
        return show_plan(folder, None)

    def analysed(request: CurateRequest, window: Window) -> Any:
        yield from run(
            house,
            shell,
            window,
            title="Analysing",
            work=lambda folder: lambda progress: plan(folder, request, progress),
            live=lambda folder: {},
            ended=lambda folder, found: Told(_told(found), show_plan(folder, found)),
            engine=False,
        )

    def moved(found: CurationPlan | None, window: Window) -> Any:
        if found is None:
            raise RequestError("Press Analyse first: there is no plan to carry out.")
        yield from run(
            house,
            shell,
            window,
            title="Moving",
            work=lambda folder: lambda progress: apply(folder, found),
            live=lambda folder: {},
            ended=lambda folder, _: Told(
                f"{counted(len(found.rejected), 'image')} moved. Next: Caption.", cleared(folder)
            ),
            engine=False,
        )

    def undone(window: Window) -> Any:
        yield from undo(house, shell, window, cleared)

    form = Form(CurateRequest, keep=keep)
    form.on(analyse.click, analysed, [*shell.outputs, *outputs], also=(shell.window,), show_progress="hidden")
    on(move.click, moved, [planned, shell.window], [*shell.outputs, *outputs], show_progress="hidden")
    on(back.click, undone, [shell.window], [*shell.outputs, *outputs], show_progress="hidden")
    return Panel(outputs, cleared, lambda folder: {})


def _shown(folder: CharacterFolder, found: CurationPlan | None) -> tuple[Any, ...]:
    if found is None:
        return None, _EMPTY, gr.update(interactive=False, variant="secondary"), [], [], _EMPTY
    button = gr.update(
        interactive=bool(found.rejected),
        variant="primary" if found.rejected else "secondary",
        value=f"Move {counted(len(found.rejected), 'image')} out of the way",
    )
    return (
        found,
        _counts(found),
        button,
        _gallery(folder, found.rejected),
        _gallery(folder, found.kept),
        _reasons(found.decisions),
    )


def _counts(found: CurationPlan) -> Html:
    unsure = sum(decision.verdict == "unsure" for decision in found.kept)
    figures = [
        (f"{len(found.kept):,}", "would stay"),
        *((f"{number:,}", reason) for reason, number in found.reasons.items()),
    ]
    doubt = (
        note(f"{counted(unsure, 'image')} of those that would stay deserve a look: see “Every reason”.", "warning")
        if unsure
        else ""
    )
    return element("div", facts(figures), doubt)


def _gallery(folder: CharacterFolder, decisions: Iterable[Decision]) -> list[tuple[str, str]]:
    return [(str(folder.images / decision.image), decision.reason) for decision in decisions]


def _reasons(decisions: Iterable[Decision]) -> Html:
    doubtful_first = sorted(decisions, key=lambda decision: (decision.keep, decision.verdict == "good", decision.image))
    rows = (
        (
            element("code", decision.image),
            str(decision.cell or "no zoom or angle named"),
            badge(decision.verdict),
            f"{decision.scores.quality:.2f}" if decision.scores else "",
            "stays" if decision.keep else f"goes to {decision.rejected_as}",
            decision.reason,
        )
        for decision in doubtful_first
    )
    return element("div", table(("image", "asked for", "verdict", "quality", "", "why"), rows), class_="cc-tall")


def _told(found: CurationPlan) -> str:
    return (
        f"{counted(len(found.kept), 'image')} would stay, {len(found.rejected):,} would go. Nothing has been moved yet."
    )
