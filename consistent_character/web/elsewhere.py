"""Runs from elsewhere by REST: one of the stock Train tab, or any folder of embeddings, judged by its path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from consistent_character.choosing import ForestRequest, ForestTest, Subject, forest_test
from consistent_character.choosing.following import NOT_ASKED, SEEDS, FollowRequest, Services, follow
from consistent_character.choosing.foreign import ForeignRequest, run_named, subject_of
from consistent_character.documents import Document, chosen, watched_run
from consistent_character.house import House
from consistent_character.jobs import Job
from consistent_character.progress import Progress
from consistent_character.prompts import guard
from consistent_character.report.exporting import export
from consistent_character.web.answers import JobAnswer, job_answer, told_in_the_terminal
from consistent_character.web.bodies import Given, add_post, body_of, given, only
from consistent_character.web.steps import SIZES, with_sizes

_PATH = {"path": (str, Field(..., description="The run's folder, or one of embeddings, on this machine."))}
_CHOOSE = body_of("ElsewhereChooseBody", (ForeignRequest, ForestRequest), SIZES, _PATH)
_WATCH = body_of(
    "ElsewhereWatchBody",
    (ForeignRequest, FollowRequest, ForestRequest),
    {**SIZES, "seeds": ", ".join(map(str, SEEDS))},
    _PATH,
    without=NOT_ASKED,
)
_WHAT = (
    "`path` is a run of the stock Train tab, `textual_inversion/<day>/<name>`, or any folder with .pt, .bin, "
    ".safetensors or pictures that hold an embedding; nothing in them is run. `references` is needed where the run "
    "does not name its training pictures. What is found is kept in the run, or beside a folder of embeddings, and the "
    "document says where. Starts a job: ask `/jobs/{id}` how far it is."
)
_CHOOSING = {
    "summary": "Step 5 for a run from elsewhere: the iteration to use",
    "description": f"Every iteration draws the same scene with the same seeds; names the one to use, and why. {_WHAT}",
}
_FOLLOWING = {
    "summary": "Watch a run that another program trains",
    "description": "Judges what is there, then each iteration as it comes, until the run is over. While nothing new is "
    f"there others may draw. With `patience` 0 it ends with what is there. {_WHAT}",
}


def add_elsewhere(router: APIRouter, house: House) -> None:
    """Add the routes."""

    def choose(body: Any) -> Any:
        sent = given(body)
        where, wanted, request = _asked(house, sent, ForestRequest())

        def work(job: Job) -> Document:
            with told_in_the_terminal(where.name):
                subject, test = judge_elsewhere(house, where, wanted, request, job)
            return chosen(subject.path, test)

        return job_answer(house.jobs.start(where, "Forest test", work, engine=True))

    def watch(body: Any) -> Any:
        sent = given(body)
        where, wanted, request = _asked(house, sent, ForestRequest(seeds=SEEDS))
        how = FollowRequest(**only(FollowRequest, sent))
        how.check()
        work = _watching(house, where, wanted, request, how)
        return job_answer(house.jobs.start(where, "Watching", work, engine=False))

    start: dict[str, Any] = {"status_code": 202, "response_model": JobAnswer}
    add_post(router, "/elsewhere/choose", choose, _CHOOSE, **_CHOOSING, **start)
    add_post(router, "/elsewhere/watch", watch, _WATCH, **_FOLLOWING, **start)


def judge_elsewhere(
    house: House, path: Path, wanted: ForeignRequest, request: ForestRequest, progress: Progress
) -> tuple[Subject, ForestTest]:
    """The forest test of a run from elsewhere, then its files beside it.

    Raises:
        UserError: as `subject_of` and `forest_test` say.
        Interrupted: the user stopped it. What was drawn is kept.
    """
    subject = subject_of(path, house.engine, wanted)
    with house.eyes(None) as sight:
        test = forest_test(subject, request, house.engine, progress, sight)
    export(test, subject.path, subject.base)
    return subject, test


def _asked(house: House, sent: Given, usual: ForestRequest) -> tuple[Path, ForeignRequest, ForestRequest]:
    """The run's folder, and what is wanted of it, as far as it can be looked at before the job starts."""
    request = replace(usual, **with_sizes(house, only(ForestRequest, sent)))
    request.check()
    wanted = ForeignRequest(**only(ForeignRequest, sent))
    guard.check(f"{wanted.look}, {request.class_prompt}")  # the captions are read with it before anything is drawn
    return run_named(sent["path"]), wanted, request


def _watching(
    house: House, path: Path, wanted: ForeignRequest, request: ForestRequest, how: FollowRequest
) -> Callable[[Job], Document]:
    def work(job: Job) -> Document:
        with told_in_the_terminal(path.name), house.eyes(None) as sight:
            services = Services(house.engine, job, sight=sight, turn=job.turn)
            found = follow(path, request, services, wanted, how)
        return watched_run(found.path, found.watched)

    return work
