"""Long work beside the page: one job a folder, watched by any number of windows, stopped by any of them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Protocol

from PIL.Image import Image

from consistent_character.errors import Interrupted, RequestError
from consistent_character.progress import Progress

Work = Callable[[Progress], object]

REMEMBERED = 100
"""Finished jobs whose outcome can still be asked for by their id."""

_STOPPED = "Stopped. What was finished is kept; start the job again to go on."


class Turn(Protocol):
    """The engine while one job has it: the host's own progress bar, and the host's own buttons that stop a job."""

    def begin(self, job: str, total: int, done: int = 0) -> None:
        """See `Progress.begin`."""

    def advance(self, units: int = 1, note: str = "") -> None:
        """See `Progress.advance`.

        Raises:
            Interrupted: a button of the host was pressed.
        """

    def interrupt(self) -> None:
        """Somebody asked the job itself to stop: let the picture that is being drawn go."""

    def preview(self) -> Image | None:
        """The picture that is being drawn, as far as it is; None where the host shows none."""


class QuietTurn:
    """The turn of a job whose host shows nothing and has no buttons."""

    def begin(self, job: str, total: int, done: int = 0) -> None:
        """Nothing to show."""

    def advance(self, units: int = 1, note: str = "") -> None:
        """Nothing to show."""

    def interrupt(self) -> None:
        """Nothing to let go."""

    def preview(self) -> Image | None:
        """Nothing to see."""
        return None


class Busy(RequestError):
    """Another job is at work on the same character."""


@dataclass(frozen=True)
class Standing:
    """How far a job is, at one moment.

    `resumed` units were done by an earlier run; `begun` and `now` are seconds of the same clock: the pace follows.
    """

    title: str
    job: str = ""
    done: int = 0
    total: int = 0
    resumed: int = 0
    begun: float = 0.0
    now: float = 0.0
    note: str = ""
    stopping: bool = False
    finished: bool = False

    @property
    def share(self) -> float:
        """What is done of the whole, 0..1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds that the rest takes at the pace so far; None before the first unit is done."""
        fresh = self.done - self.resumed
        return (self.now - self.begun) / fresh * (self.total - self.done) if fresh > 0 else None


class Job:
    """One piece of work in a thread of its own, and its `Progress`: `interrupt()` surfaces at the work's next unit.

    `id` is its name to programs, unlike that of every other job. `folder` is what it works on. The engine is the
    job's alone for all of its work if `engine`, else only within `turn`.
    """

    def __init__(
        self,
        title: str,
        work: JobWork,
        turns: Turns | None = None,
        folder: Path | None = None,
        *,
        engine: bool = True,
    ) -> None:
        self.id = f"consistent-character-{secrets.token_hex(6)}"
        self.title = title
        self.folder = folder
        self._standing = Standing(title)
        self._work = work
        self._turns: Turns = turns or _no_turn
        self._engine = engine
        self._turn: Turn = QuietTurn()
        self._stop = Event()
        self._over = Event()
        self._error: BaseException | None = None
        self._result: object = None
        self._thread = Thread(target=self._run, name=f"consistent-character: {title}", daemon=True)

    def start(self) -> Job:
        """Begin; returns the job itself."""
        self._thread.start()
        return self

    def begin(self, job: str, total: int, done: int = 0) -> None:
        """See `Progress.begin`."""
        now = time.monotonic()
        self._standing = replace(
            self._standing, job=job, total=total, done=done, resumed=done, begun=now, now=now, note=""
        )
        self._turn.begin(job, total, done)

    def advance(self, units: int = 1, note: str = "") -> None:
        """See `Progress.advance`."""
        standing = self._standing
        self._standing = replace(standing, done=standing.done + units, note=note or standing.note, now=time.monotonic())
        if self._stop.is_set():
            raise Interrupted(_STOPPED)
        self._turn.advance(units, note)

    def wait(self, note: str = "") -> None:
        """Said by a turn that has not come yet, now and then; `note` tells what is waited for.

        Raises:
            Interrupted: somebody does not want to wait any longer.
        """
        self._standing = replace(self._standing, note=note)
        if self._stop.is_set():
            raise Interrupted(_STOPPED if self._standing.job else "Stopped before it began.")

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The engine is the job's alone for as long as this lasts; for work that was started without it.

        Raises:
            Interrupted: somebody does not want to wait for it any longer.
        """
        try:
            with self._turns(self) as self._turn:
                yield
        finally:
            self._turn = QuietTurn()

    def interrupt(self) -> None:
        """Ask the work to stop at its next unit."""
        self._stop.set()
        self._turn.interrupt()

    @property
    def standing(self) -> Standing:
        """How far the job is now."""
        return replace(self._standing, stopping=self._stop.is_set(), finished=self._over.is_set())

    def preview(self) -> Image | None:
        """The picture that is being drawn, as far as it is; None where the host shows none."""
        return self._turn.preview()

    @property
    def error(self) -> BaseException | None:
        """What ended the work early, if anything did."""
        return self._error

    def standings(self, every: float = 0.4) -> Iterator[Standing]:
        """How far the job is, each `every` seconds until it is over, and once more then."""
        while not self._over.wait(every):
            yield self.standing
        yield self.standing

    def join(self, seconds: float) -> bool:
        """Wait for the end for at most `seconds`; returns whether it has come."""
        return self._over.wait(seconds)

    def result(self) -> object:
        """What the work returned, once it is over.

        Raises:
            BaseException: what the work raised, `Interrupted` among it.
        """
        self._over.wait()
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self) -> None:
        try:
            with self.turn() if self._engine else nullcontext():
                self.wait()
                self._result = self._work(self)
        except BaseException as error:  # noqa: BLE001 - handed to whoever asks for the result
            self._error = error
        finally:
            self._over.set()


JobWork = Callable[[Job], object]
"""Work that may ask for the engine in between."""
Turns = Callable[[Job], AbstractContextManager[Turn]]
"""Waits until the engine is the job's alone, telling it with `Job.wait`, and gives the engine back at the end."""


def _no_turn(job: Job) -> AbstractContextManager[Turn]:
    """For work that needs no engine."""
    return nullcontext(QuietTurn())


class OneAfterAnother:
    """Turns where nothing but our own jobs uses the engine."""

    def __init__(self) -> None:
        self._engine = Lock()

    @contextmanager
    def __call__(self, job: Job) -> Iterator[Turn]:
        """See `Turns`."""
        while not self._engine.acquire(timeout=0.2):
            job.wait("waiting for another character's job to finish")
        try:
            yield QuietTurn()
        finally:
            self._engine.release()


class Jobs:
    """The jobs of one process: at most one for each character folder, and one at a time for the engine."""

    def __init__(self, turns: Turns | None = None) -> None:
        self._jobs: dict[str, Job] = {}
        self._access = Lock()
        self._turns = turns or OneAfterAnother()

    def start(self, folder: Path, title: str, work: JobWork, *, engine: bool) -> Job:
        """Start work on a folder; with `engine`, it waits until no other job draws or trains, else in `Job.turn` only.

        Raises:
            Busy: another job is at work on this folder.
        """
        key = folder.resolve()
        with self._access:
            if busy := self._at_work(key):
                raise Busy(f"“{busy.title}” is still at work on this character: wait for it, or press Interrupt.")
            job = Job(title, work, self._turns, key, engine=engine)
            self._jobs[job.id] = job
            self._forget()
            return job.start()

    def of(self, folder: Path) -> Job | None:
        """The job that is at work on a folder, if any."""
        with self._access:
            return self._at_work(folder.resolve())

    def find(self, name: str) -> Job | None:
        """The job of this id, at work or remembered."""
        with self._access:
            return self._jobs.get(name)

    def all(self) -> list[Job]:
        """The jobs at work and those remembered, the newest first."""
        with self._access:
            return list(self._jobs.values())[::-1]

    def _at_work(self, key: Path) -> Job | None:
        return next((job for job in self._jobs.values() if job.folder == key and not job.standing.finished), None)

    def _forget(self) -> None:
        over = [name for name, job in self._jobs.items() if job.standing.finished]
        for name in over[: max(0, len(over) - REMEMBERED)]:
            del self._jobs[name]
