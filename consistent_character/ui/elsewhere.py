"""Below the forest test: runs of the stock Train tab and folders of embeddings from elsewhere, by their path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from consistent_character.choosing import ForestTest
from consistent_character.choosing.foreign import ForeignRequest, run_named
from consistent_character.errors import Interrupted, UserError
from consistent_character.house import House
from consistent_character.jobs import Job
from consistent_character.progress import Progress
from consistent_character.report.markup import element
from consistent_character.report.pictures import inlined
from consistent_character.report.showing import details, headline
from consistent_character.report.verdicts import in_words
from consistent_character.ui.choose_form import usual_request
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.forest_shown import kind_of
from consistent_character.ui.form import Form, Updates
from consistent_character.ui.pieces import note, outcome, strip
from consistent_character.ui.window import Shell
from consistent_character.web.elsewhere import judge_elsewhere

_EDGE = 160
"""Pixels of a picture in the result, which lives inside the page: nothing is served from folders of others."""
_EXPLAINED = note(
    "A run of the stock Train tab, its folder textual_inversion/<day>/<name>, or any folder with .pt, .safetensors or "
    "embedding pictures. What is found is kept in the run, or beside a folder of embeddings; nothing else is changed."
)


def elsewhere(house: House, shell: Shell) -> None:
    """Lay out an accordion with the boxes and the result, and connect it."""
    with gr.Accordion("A run made elsewhere", open=False, elem_id=element_id("elsewhere")):
        gr.HTML(_EXPLAINED)
        path = gr.Textbox(label="Folder of the run", elem_id=element_id("elsewhere", "path"))
        with gr.Row():
            references = gr.Textbox(
                label="Training pictures",
                info="Their folder; empty: the one that the run names",
                elem_id=element_id("elsewhere", "references"),
            )
            word = gr.Textbox("woman", label="Class word", info="What it was before anything was learned")
        with gr.Row():
            token = gr.Textbox(label="Only files called", info="Empty: all of them, as one run")
            look = gr.Textbox(label="Whom it shows", info="For the safety check, which reads the captions too")
        with gr.Row():
            start = gr.Button("Judge this run", variant="primary", elem_id=element_id("elsewhere", "start"))
            stop = gr.Button("Stop", elem_id=element_id("elsewhere", "stop"))
        found = gr.HTML("", elem_id=element_id("elsewhere", "result"))
        pictures = gr.HTML("", elem_id=element_id("elsewhere", "pictures"))
    form = Form(ForeignRequest, references=references, token=token, look=look)
    also, judged = (path, word), _judging(house, shell, found, pictures)
    form.on(start.click, judged, [shell.strip, found, pictures], also=also, show_progress="hidden")
    form.on(stop.click, _stopping(house, shell), [shell.strip], also=also, show_progress="hidden")


def _judging(house: House, shell: Shell, found: Any, pictures: Any) -> Callable[..., Iterator[Updates]]:
    """What the button does."""

    def judged(wanted: ForeignRequest, path: str, word: str) -> Iterator[Updates]:
        where = run_named(path)
        job = house.jobs.start(where, "Forest test", partial(_test, house, where, wanted, word), engine=True)
        for standing in job.standings():
            yield {shell.strip: gr.update(value=strip(standing, job.preview()), visible=True)}
        yield _result(job, shell, found, pictures)

    return judged


@dataclass(frozen=True)
class _Judged:
    """A test, the folder that it is kept in, and what there is to say about the run's files."""

    test: ForestTest
    kept: Path
    notes: tuple[str, ...]


def _test(house: House, path: Path, wanted: ForeignRequest, word: str, progress: Progress) -> _Judged:
    """The test, then its files beside it."""
    subject, test = judge_elsewhere(house, path, wanted, usual_request(house.size, word), progress)
    return _Judged(test, subject.path, subject.notes)


def _result(job: Job, shell: Shell, found: Any, pictures: Any) -> Updates:
    try:
        done = job.result()
    except Interrupted as stopped:
        return {shell.strip: gr.update(value=outcome(str(stopped), "warning"), visible=True)}
    except UserError as error:
        return {shell.strip: gr.update(value=outcome(str(error), "bad"), visible=True), found: note(str(error), "bad")}
    if not isinstance(done, _Judged):
        raise TypeError("the job of a forest test has returned something else")
    said = (f"Kept in {done.kept}, with a page to send away: report.html.", *done.notes)
    return {
        shell.strip: gr.update(value=outcome(in_words(done.test), kind_of(done.test)), visible=True),
        found: headline(done.test, element("div", *map(note, said))),
        pictures: details(done.test, done.kept, inlined(_EDGE)),
    }


def _stopping(house: House, shell: Shell) -> Callable[..., Updates]:
    def stopped(wanted: ForeignRequest, path: str, word: str) -> Updates:
        if job := house.jobs.of(run_named(path)):
            job.interrupt()
        return {shell.strip: gr.update()}

    return stopped
