"""From a button to a job and back: starts it, shows how far it is, shows what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import gradio as gr

from consistent_character.character.folder import CharacterFolder
from consistent_character.errors import Interrupted, UserError
from consistent_character.house import House
from consistent_character.jobs import Job, Work
from consistent_character.ui.form import Updates
from consistent_character.ui.pieces import outcome, strip
from consistent_character.ui.summary import summary
from consistent_character.ui.window import Shell, Window

Show = Callable[[CharacterFolder], Updates]


@dataclass(frozen=True)
class Told:
    """What came of a job, in a sentence; `kind` gives it a colour, `updates` fill the panel with the result."""

    words: str
    updates: Updates = field(default_factory=dict)
    kind: Literal["good", "warning", "bad"] = "good"


Ended = Callable[[CharacterFolder, Any], Told]

_REFRESH_SECONDS = 2.5
"""A panel is read anew from the folder this often while its job goes on."""


def run(
    house: House,
    shell: Shell,
    window: Window,
    *,
    title: str,
    work: Callable[[CharacterFolder], Work],
    live: Show,
    ended: Ended,
    engine: bool = True,
) -> Iterator[Updates]:
    """Start `work` on the window's folder and stream the page's updates until it is over.

    `live` fills the panel now and then while the job runs; `ended` says what came of it.
    """
    with window.folder() as folder:
        job = house.jobs.start(folder.path, title, work(folder), engine=engine)
        yield from watch(job, shell, folder, live, ended)


def watch(job: Job, shell: Shell, folder: CharacterFolder, live: Show, ended: Ended) -> Iterator[Updates]:
    """Stream the page's updates of a job that runs already, in this window or another."""
    refreshed = time.monotonic()
    for standing in job.standings():
        updates: Updates = {
            shell.strip: gr.update(value=strip(standing, job.preview()), visible=True),
            shell.interrupt: gr.update(visible=True),
        }
        if time.monotonic() - refreshed > _REFRESH_SECONDS:
            updates |= {shell.summary: summary(folder), **live(folder)}
            refreshed = time.monotonic()
        yield updates
    yield from _finish(job, shell, folder, live, ended)


def _finish(job: Job, shell: Shell, folder: CharacterFolder, live: Show, ended: Ended) -> Iterator[Updates]:
    try:
        told = ended(folder, job.result())
    except Interrupted as stopped:
        yield {**_idle(shell, folder, str(stopped), "warning"), **live(folder)}
    except UserError as error:
        yield {**_idle(shell, folder, str(error), "bad"), **live(folder)}
        raise
    except BaseException:
        yield _idle(
            shell,
            folder,
            "This failed in a way that nobody foresaw: the terminal shows where. Nothing finished was lost.",
            "bad",
        )
        raise
    else:
        yield {**_idle(shell, folder, told.words, told.kind), **told.updates}


def _idle(shell: Shell, folder: CharacterFolder, words: str, kind: str) -> Updates:
    return {
        shell.strip: gr.update(value=outcome(words, kind), visible=True),
        shell.interrupt: gr.update(visible=False),
        shell.summary: summary(folder),
    }


def interrupt(house: House, shell: Shell, window: Window) -> Updates:
    """Ask the job on the window's folder to stop.

    Only `watch` writes into the strip: this answer may reach the page after the job's last words, and stay there.
    """
    job = house.jobs.of(window.path) if window.path is not None else None
    if job is None:
        return {shell.interrupt: gr.update(visible=False)}
    job.interrupt()
    return {shell.interrupt: gr.update()}
