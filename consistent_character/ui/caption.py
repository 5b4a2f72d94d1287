"""Panel 3: prompts become captions, shown as a difference before anything is written."""

from __future__ import annotations

from typing import Any, get_args

import gradio as gr

from consistent_character.captioning import CaptionPlan, CaptionRequest, apply, plan
from consistent_character.captioning.phrase_lists import PhraseList
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.vocabulary import vocabulary_of
from consistent_character.errors import RequestError
from consistent_character.house import House
from consistent_character.meanings import meanings
from consistent_character.report.words import counted
from consistent_character.ui import caption_changes, caption_pager
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import LINES, PHRASES, Form, Updates, on
from consistent_character.ui.pieces import lead, note
from consistent_character.ui.running import Told, run
from consistent_character.ui.undoing import undo
from consistent_character.ui.window import Panel, Shell, Window

_EMPTY = note("Press Show the changes to see every caption as it is and as it would be.")
_LISTS = ("zooms", "angles")
_ACCEPTED = element_id("caption", "accepted")


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
            write = gr.Button("Write the captions", interactive=False, elem_id=element_id("caption", "apply"))
            back = gr.Button("Undo the last change", elem_id=element_id("caption", "undo"))
        with gr.Column(scale=5), gr.Tabs():
            with gr.Tab("Changes"):
                pager = caption_pager.lay_out(_EMPTY)
            with gr.Tab("For you to look at"):
                review = gr.HTML(_EMPTY, elem_id=element_id("caption", "review"))
    accepted = gr.Textbox("", elem_id=_ACCEPTED, elem_classes="cc-hidden", show_label=False)
    outputs = (planned, counts, write, review, accepted, *pager.outputs)

    def shown_plan(found: CaptionPlan | None) -> Updates:
        own = dict(zip((planned, counts, write, review, accepted), _shown(found), strict=True))
        return {**own, **pager.show(found, _EMPTY)}

    def cleared(folder: CharacterFolder) -> Updates:
        return shown_plan(None)

    def show(folder: CharacterFolder) -> Updates:
        character = folder.character
        words = vocabulary_of(folder.path)
        lists = {form.components[name]: gr.update(choices=list(getattr(words, name)), value=[]) for name in _LISTS}
        return {**form.show(CaptionRequest(character.token, character.look)), **lists, **cleared(folder)}

    def planned_now(request: CaptionRequest, window: Window) -> Updates:
        with window.folder() as folder:
            return shown_plan(plan(folder, request))

    def counted_anew(found: CaptionPlan | None, spare: str, accept: str) -> Updates:
        return {write: _button(_chosen(found, spare, accept))}

    def written(found: CaptionPlan | None, spare: str, accept: str, window: Window) -> Any:
        chosen = _chosen(found, spare, accept)
        if chosen is None:
            raise RequestError("Press Show the changes first: there is no plan to carry out.")
        changed = counted(len(chosen.with_status("changed")), "caption")
        yield from run(
            house,
            shell,
            window,
            title="Writing captions",
            work=lambda folder: lambda progress: apply(folder, chosen, progress),
            live=lambda folder: {},
            ended=lambda folder, _: Told(f"{changed} written. Next: Train.", cleared(folder)),
            engine=False,
        )

    def undone(window: Window) -> Any:
        yield from undo(house, shell, window, cleared)

    quiet: dict[str, Any] = {"show_progress": "hidden"}
    form.on(shown.click, planned_now, outputs, also=(shell.window,), **quiet)
    pager.wire(planned)
    for box in (pager.spared, accepted):
        on(box.input, counted_anew, [planned, pager.spared, accepted], [write], **quiet)
    on(write.click, written, [planned, pager.spared, accepted, shell.window], [*shell.outputs, *outputs], **quiet)
    on(back.click, undone, [shell.window], [*shell.outputs, *outputs], **quiet)
    return Panel((*form.components.values(), *outputs), show, lambda folder: {})


def _form() -> Form[CaptionRequest]:
    told = meanings(CaptionRequest)
    fields: dict[str, Any] = {}
    fields["token"] = gr.Textbox(
        label="Token", info="What the captions will say", elem_id=element_id("caption", "token")
    )
    fields["look"] = gr.Textbox(label="Look", info="What it stands for", lines=3)
    fields["leave_out"] = gr.Textbox(
        label="Leave out",
        info="Phrases, between commas. What no caption names is learned as part of the character.",
        placeholder="nothing, as a rule",
        elem_id=element_id("caption", "leave_out"),
    )

    def line(name: str, label: str, **more: Any) -> None:
        fields[name] = gr.Textbox(label=label, info=told[name], elem_id=element_id("caption", name), **more)

    with gr.Accordion("More to change", open=False):
        fields["drop"] = gr.CheckboxGroup(list(get_args(PhraseList)), label="Drop these lists", info=told["drop"])
        line("replace", "Replace", lines=2, placeholder="long (\\w+) hair => \\1 hair")
        line("add", "Add", placeholder="standing")
        line("prefix", "Begin with")
        line("suffix", "End with")
        fields["existing"] = gr.Radio(
            ["rewrite", "skip", "overwrite", "append"], label="Captions that are there", info=told["existing"]
        )
        fields["convert"] = gr.Checkbox(label="Convert to UTF-8", info=told["convert"])
    with gr.Accordion("Only some of the captions", open=False):
        fields["zooms"] = gr.Dropdown([], multiselect=True, label="Zooms", info=told["zooms"])
        fields["angles"] = gr.Dropdown([], multiselect=True, label="Viewing angles", info=told["angles"])
        line("search", "Words", placeholder="everything")
        line("images", "Images", placeholder="every image", lines=2)
    spelled = {"leave_out": PHRASES, "add": PHRASES, "replace": LINES, "images": LINES}
    return Form(CaptionRequest, spelled=spelled, **fields)


def _shown(found: CaptionPlan | None) -> tuple[Any, ...]:
    """The plan, its counts, the button, what is for review, and no offer taken."""
    if found is None:
        idle = gr.update(value="Write the captions", interactive=False, variant="secondary")
        return None, _EMPTY, idle, _EMPTY, ""
    review = caption_changes.doubtful(found, (), _ACCEPTED)
    return found, caption_changes.counts(found), _button(found), review, ""


def _button(found: CaptionPlan | None) -> Any:
    changed = len(found.with_status("changed")) if found else 0
    variant = "primary" if changed else "secondary"
    return gr.update(value=f"Write {counted(changed, 'caption')}", interactive=bool(changed), variant=variant)


def _chosen(found: CaptionPlan | None, spare: str, accept: str) -> CaptionPlan | None:
    return found.without(set(spare.splitlines())).accepting(set(accept.splitlines())) if found else None
