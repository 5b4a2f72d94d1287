"""The routes, as an application to be mounted below `PREFIX`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.documents import checked, created, to_json
from consistent_character.errors import UserError
from consistent_character.house import House
from consistent_character.progress import Progress
from consistent_character.training import preflight
from consistent_character.web.address import PREFIX, Guard
from consistent_character.web.answers import (
    CharacterAnswer,
    JobAnswer,
    Route,
    character_answer,
    job_answer,
    one_line,
    told_in_the_terminal,
)
from consistent_character.web.bodies import add_post, body_of, given
from consistent_character.web.captions import add_captions
from consistent_character.web.editor import add_editor
from consistent_character.web.elsewhere import add_elsewhere
from consistent_character.web.places import NotHere, job_of, open_character, place_of
from consistent_character.web.showing import add_showing
from consistent_character.web.steps import STEPS, TRAIN, Step, Work, settings_of

TAG = "Consistent Character"
_PATIENCE = 30.0
"""Seconds that a request for a job's progress may wait at most."""
_NAME = "The name of the character's folder."


def application(house: House, guard: Guard | None = None) -> FastAPI:
    """Every step for scripts; `guard` is the host's login, asked before each route.

    A step's route starts a job and answers at once; `/jobs/{id}` tells how far it is, `/jobs/{id}/result` what came of
    it: the document that the command line prints with `--json`.
    """
    app = FastAPI(title=TAG, openapi_url=None, docs_url=None, redoc_url=None, servers=[{"url": PREFIX}])
    guards = [Depends(one_of) for one_of in (_same_site, guard) if one_of is not None]
    router = APIRouter(tags=[TAG], dependencies=guards, route_class=Route)
    _add_characters(router, house)
    _add_jobs(router, house)
    for step in STEPS:
        _add_step(router, house, step)
    add_elsewhere(router, house)
    add_captions(router, house)
    add_editor(router, house)
    add_showing(router, house)
    _add_documentation(router, app)
    app.include_router(router)
    return app


def _same_site(request: Request) -> None:
    """Refuse what a page of another site makes the browser send: only JSON had to be allowed by the host first."""
    origin = request.headers.get("origin")
    harmless = request.method in ("GET", "HEAD") or request.headers.get("content-type", "").startswith(
        "application/json"
    )
    if origin and not harmless and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "Send application/json: other pages may not use these routes.")


def _add_characters(router: APIRouter, house: House) -> None:
    @router.get("/characters", summary="The characters", response_model=list[CharacterAnswer])
    def characters() -> Any:
        """Every character folder in the root, by name; of one that cannot be read, what its problem is."""
        return list(_listed(house))

    @router.get("/characters/{name}", summary="One character", response_model=CharacterAnswer)
    def character(name: str) -> Any:
        """Who it is, and how far: images, captions, runs, the job at work."""
        return _answered(house, name)

    def create(body: Any) -> Any:
        """A new folder with `character.toml`, named by the token."""
        wanted = Character(**given(body))
        with CharacterFolder.create(place_of(house, wanted.token), wanted) as folder:
            return to_json(created(folder.path, wanted))

    def look(name: str, body: Any) -> Any:
        """Everything that would spoil a training run with these settings, and what to do about it. Changes nothing.

        A finding's `fix`, where it has one, is what `mend` can do about it: send its `id` there.
        """
        with open_character(house, name) as folder:
            return to_json(checked(preflight(folder, settings_of(house, folder, given(body)), house.engine)))

    add_post(
        router, "/characters", create, body_of("CreateBody", Character), summary="Create a character", status_code=201
    )
    add_post(router, "/characters/{name}/preflight", look, TRAIN, summary="Step 4: a look before training")


def _listed(house: House) -> Iterator[CharacterAnswer]:
    for name in house.characters():
        try:
            yield _answered(house, name)
        except NotHere:  # a link that leads elsewhere
            continue
        except UserError as error:
            nothing: dict[str, Any] = dict.fromkeys(("images", "captions", "rejected"), 0)
            yield CharacterAnswer(name=name, character={}, runs=[], job=None, problem=one_line(error), **nothing)


def _answered(house: House, name: str) -> CharacterAnswer:
    with open_character(house, name) as folder:
        return character_answer(house, folder)


def _add_jobs(router: APIRouter, house: House) -> None:
    wait = Query(0.0, ge=0, le=_PATIENCE, description="Seconds to wait for the job's end before answering.")

    @router.get("/jobs", summary="The jobs", response_model=list[JobAnswer])
    def jobs() -> Any:
        """Those at work and the last ones, the newest first; also those started in the tab."""
        return [job_answer(job) for job in house.jobs.all()]

    @router.get("/jobs/{id}", summary="How far a job is", response_model=JobAnswer)
    def progress(id: str, wait: float = wait) -> Any:
        """Share, seconds left, and what is going on."""
        job = job_of(house, id)
        job.join(wait)
        return job_answer(job)

    @router.get("/jobs/{id}/result", summary="What came of a job")
    def result(id: str) -> Any:
        """The document that the command line prints with `--json`. 409 as long as there is none."""
        job = job_of(house, id)
        if not job.standing.finished or job.error is not None:
            raise HTTPException(409, job_answer(job).error or "The job is still at work.")
        return to_json(job.result())

    @router.post("/jobs/{id}/interrupt", summary="Stop a job", response_model=JobAnswer)
    def interrupt(id: str) -> Any:
        """It stops at its next unit; what was finished is kept, and the same step goes on from there."""
        job = job_of(house, id)
        job.interrupt()
        return job_answer(job)


def _add_documentation(router: APIRouter, app: FastAPI) -> None:
    """FastAPI's own pages would be told to everybody: they know no guard."""

    @router.get("/openapi.json", include_in_schema=False)
    def openapi() -> Any:
        return app.openapi()

    @router.get("/docs", include_in_schema=False)
    def documentation() -> HTMLResponse:
        return get_swagger_ui_html(openapi_url=f"{PREFIX}/openapi.json", title=TAG)


def _add_step(router: APIRouter, house: House, step: Step) -> None:
    def start(name: str, body: Any) -> Any:
        with open_character(house, name) as folder:
            work = step.prepare(house, folder, given(body))
        path = place_of(house, name)
        return job_answer(house.jobs.start(path, step.title, _in_folder(house, name, work), engine=step.engine))

    add_post(
        router,
        f"/characters/{{name}}/{step.path}",
        start,
        step.body,
        summary=step.summary,
        description=f"{step.description} Starts a job: ask `/jobs/{{id}}` how far it is.",
        status_code=202,
        response_model=JobAnswer,
    )


def _in_folder(house: House, name: str, work: Work) -> Callable[[Progress], object]:
    def done(progress: Progress) -> object:
        with told_in_the_terminal(name), open_character(house, name) as folder:
            return work(folder, progress)

    return done
