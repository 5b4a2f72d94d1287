"""Snapshots of all captions, and what was done to a folder's files: the third part of the caption panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from consistent_character.character.batches import Batch, CaptionBytes
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.snapshots import Restoration, Restored, Snapshot
from consistent_character.errors import RequestError
from consistent_character.house import House
from consistent_character.report.inputs import difference
from consistent_character.report.markup import Html, element
from consistent_character.report.words import counted
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import Updates, on
from consistent_character.ui.pieces import lead, note, table
from consistent_character.ui.running import Told, run
from consistent_character.ui.undoing import undo
from consistent_character.ui.window import Panel, Shell, Window

_DRAWN = 50
_EMPTY = note("Choose a snapshot and press Show what would change.")


def panel(house: House, shell: Shell) -> Panel:
    """Lay out the snapshots and the history, and connect them."""
    gr.HTML(
        lead(
            "Keeps all captions as they are now, to come back to. Every change is in the history, and can be undone.",
            "a snapshot goes into character.db. Restoring one takes a snapshot of the present first.",
        )
    )
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            words = gr.Textbox(label="Note", placeholder="before I tidy up", elem_id=element_id("past", "note"))
            take = gr.Button("Take a snapshot", variant="primary", elem_id=element_id("past", "take"))
            chosen = gr.Dropdown([], label="Snapshots", elem_id=element_id("past", "chosen"))
            look = gr.Button("Show what would change", elem_id=element_id("past", "look"))
            restore = gr.Button("Restore", interactive=False, elem_id=element_id("past", "restore"))
        with gr.Column(scale=5), gr.Tabs():
            with gr.Tab("What would change"):
                changes = gr.HTML(_EMPTY, elem_id=element_id("past", "changes"))
            with gr.Tab("History"):
                again = gr.Button("Show it as it is now", size="sm", elem_id=element_id("past", "again"))
                history = gr.HTML("", elem_id=element_id("past", "history"))
                back = gr.Button("Undo the last change", elem_id=element_id("past", "undo"))
    outputs = (words, chosen, restore, changes, history)

    def show(folder: CharacterFolder) -> Updates:
        known = [_name(one) for one in folder.snapshots.all()]
        return {
            words: "",
            chosen: gr.update(choices=known, value=known[0] if known else None),
            restore: gr.update(value="Restore", interactive=False, variant="secondary"),
            changes: _EMPTY,
            history: _history(folder.history()),
        }

    def shown(window: Window) -> Updates:
        with window.folder() as folder:
            return show(folder)

    def looked(snapshot: str | None, window: Window) -> Updates:
        with window.folder() as folder:
            found = folder.snapshots.plan(_number(snapshot))
        number = len(found.edits)
        button = gr.update(
            value=f"Restore {counted(number, 'caption')}",
            interactive=bool(number),
            variant="primary" if number else "secondary",
        )
        return {restore: button, changes: _changes(found)}

    def work(title: str, work: Any, told: Any, window: Window) -> Any:
        yield from run(
            house,
            shell,
            window,
            title=title,
            work=lambda folder: lambda progress: work(folder, progress),
            live=lambda folder: {},
            ended=lambda folder, done: Told(told(done), show(folder)),
            engine=False,
        )

    def taken(text: str, window: Window) -> Any:
        yield from work("Taking a snapshot", lambda folder, _: folder.snapshots.take(text or ""), _kept, window)

    def restored(snapshot: str | None, window: Window) -> Any:
        number = _number(snapshot)
        yield from work("Restoring", lambda folder, progress: folder.snapshots.restore(number, progress), _told, window)

    def undone(window: Window) -> Any:
        yield from undo(house, shell, window, show)

    everything = [*shell.outputs, *outputs]
    quiet: dict[str, Any] = {"show_progress": "hidden"}
    on(take.click, taken, [words, shell.window], everything, **quiet)
    on(look.click, looked, [chosen, shell.window], [restore, changes], **quiet)
    on(restore.click, restored, [chosen, shell.window], everything, **quiet)
    on(again.click, shown, [shell.window], outputs, **quiet)
    on(back.click, undone, [shell.window], everything, **quiet)
    return Panel(outputs, show, lambda folder: {})


def _name(one: Snapshot) -> str:
    return f"{one.id} · {one.time:%Y-%m-%d %H:%M} UTC · {counted(one.captions, 'caption')} {one.note}".rstrip()


def _number(name: str | None) -> int:
    if not name:
        raise RequestError("Choose a snapshot first; if there is none, take one.")
    return int(name.split(" ", 1)[0])


def _kept(done: Snapshot) -> str:
    return f"Snapshot {done.id}: {counted(done.captions, 'caption')} kept as they are."


def _told(done: Restored) -> str:
    if done.present is None:
        return "All captions are as in the snapshot already."
    number = counted(len(done.restoration.edits), "caption")
    left = f" Left alone: {'; '.join(done.restoration.left[:3])}." if done.restoration.left else ""
    return f"{number} restored. How they were is snapshot {done.present.id}.{left}"


def _changes(found: Restoration) -> Html:
    rows = (element("div", element("code", edit.path.name), _difference(edit)) for edit in found.edits[:_DRAWN])
    drawn = element("div", *rows, class_="cc-captions") if found.edits else note("Nothing: all captions are like that.")
    more = note(f"{len(found.edits) - _DRAWN:,} more would change.") if len(found.edits) > _DRAWN else ""
    left = (note(words, "warning") for words in found.left[:_DRAWN])
    return element("div", *left, drawn, more, class_="cc-tall")


def _difference(edit: CaptionBytes) -> Html:
    if edit.after is None:
        return element("p", "There was no caption: the file goes.", class_="cc-why")
    before, after = ((content or b"").decode("utf-8", "replace") for content in (edit.before, edit.after))
    return difference(before, after)


def _history(batches: Sequence[Batch]) -> Html:
    if not batches:
        return note("Nothing has been changed here yet.")
    rows = (
        (f"{one.time:%Y-%m-%d %H:%M} UTC", one.title, f"{one.count:,}", "" if one.state == "applied" else one.state)
        for one in batches[:200]
    )
    return element("div", table(("when", "what", "files", ""), rows), class_="cc-tall")
