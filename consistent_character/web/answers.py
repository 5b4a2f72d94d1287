"""What the routes answer, and how an error becomes an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from consistent_character.character.folder import CharacterFolder
from consistent_character.documents import summary, to_json
from consistent_character.errors import Interrupted, UserError
from consistent_character.house import House
from consistent_character.jobs import Busy, Job, Standing
from consistent_character.web.places import NotHere

State = Literal["waiting", "working", "stopping", "done", "interrupted", "failed"]

_UNFORESEEN = "This failed in a way that nobody foresaw: the terminal shows where. Nothing finished was lost."


class JobAnswer(BaseModel):
    """How far a job is."""

    id: str = Field(description="The job's name, for /jobs/{id}. In the web UI, its progress bar is `task(<id>)`.")
    title: str = Field(description="What the job does.")
    character: str = Field(description="The name of the character's folder, or of a run's from elsewhere.")
    state: State = Field(description="The last three are final. What an interrupted job finished is kept.")
    share: float = Field(description="What is done of the whole, 0..1.")
    done: int = Field(description="Units that are done: pictures, steps.")
    total: int = Field(description="Units in all; 0 before they are known.")
    seconds_left: float | None = Field(description="At the pace so far; null before the first unit is done.")
    note: str = Field(description="What is going on.")
    error: str | None = Field(description="Why it failed or was interrupted, in one line.")


class CharacterAnswer(BaseModel):
    """What is in a character folder."""

    name: str = Field(description="The folder's name: what the other routes call `name`.")
    character: dict[str, Any] = Field(description="What `character.toml` holds.")
    images: int = Field(description="Images in `images/`.")
    captions: int = Field(description="Images that have a .txt.")
    rejected: int = Field(description="Images in `rejected/`.")
    runs: list[str] = Field(description="Training runs, the first one first.")
    job: str | None = Field(description="The id of the job that is at work on it.")
    problem: str | None = Field(None, description="Why the folder cannot be read, and what to do.")


def job_answer(job: Job) -> JobAnswer:
    """How far a job is now."""
    standing = job.standing
    return JobAnswer(
        id=job.id,
        title=job.title,
        character=job.folder.name if job.folder else "",
        state=_state(job, standing),
        share=standing.share,
        done=standing.done,
        total=standing.total,
        seconds_left=None if standing.finished else standing.seconds_left,
        note=standing.note,
        error=_error(job.error),
    )


def _state(job: Job, standing: Standing) -> State:
    if standing.finished:
        error = job.error
        return "done" if error is None else "interrupted" if isinstance(error, Interrupted) else "failed"
    if standing.stopping:
        return "stopping"
    return "working" if standing.job else "waiting"


def _error(error: BaseException | None) -> str | None:
    if error is None:
        return None
    return one_line(error) if isinstance(error, UserError | Interrupted) else _UNFORESEEN


def character_answer(house: House, folder: CharacterFolder) -> CharacterAnswer:
    """What is in a folder now."""
    job = house.jobs.of(folder.path)
    told: Any = to_json(summary(folder))
    return CharacterAnswer(name=folder.path.name, job=job.id if job else None, **told)


def one_line(error: BaseException) -> str:
    """An error's message, on one line."""
    return " ".join(str(error).split())


@contextmanager
def told_in_the_terminal(name: str) -> Iterator[None]:
    """What ends the work on a folder is logged, if nobody foresaw it: its answer only says that it failed."""
    try:
        yield
    except (UserError, Interrupted):
        raise
    except Exception:
        logging.getLogger(__name__).exception("A job on %s failed", name)
        raise


class Route(APIRoute):
    """Answers a `UserError` with its message: 404 where nothing is, 409 where somebody else is at work, else 400."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See `fastapi.routing.APIRoute`."""
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handler(request)
            except UserError as error:
                return JSONResponse({"detail": one_line(error)}, _status(error))

        return answered


def _status(error: UserError) -> int:
    if isinstance(error, NotHere):
        return 404
    return 409 if isinstance(error, Busy) else 400
