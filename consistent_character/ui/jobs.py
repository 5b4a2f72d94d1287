"""Long work beside the page: one job a folder, watched by any number of windows, stopped by any of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Lock, Thread

from consistent_character.errors import Interrupted, RequestError
from consistent_character.progress import Progress

Work = Callable[[Progress], object]


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
    """One piece of work in a thread of its own, and its `Progress`: `interrupt()` surfaces at the work's next unit."""

    def __init__(self, title: str, work: Work, turn: Lock | None = None) -> None:
        self._standing = Standing(title)
        self._work = work
        self._turn = turn
        self._has_turn = False
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

    def advance(self, units: int = 1, note: str = "") -> None:
        """See `Progress.advance`."""
        standing = self._standing
        self._standing = replace(standing, done=standing.done + units, note=note or standing.note, now=time.monotonic())
        if self._stop.is_set():
            raise Interrupted("Stopped. What was finished is kept; start the job again to go on.")

    def interrupt(self) -> None:
        """Ask the work to stop at its next unit."""
        self._stop.set()

    @property
    def standing(self) -> Standing:
        """How far the job is now."""
        return replace(self._standing, stopping=self._stop.is_set(), finished=self._over.is_set())

    def standings(self, every: float = 0.4) -> Iterator[Standing]:
        """How far the job is, each `every` seconds until it is over, and once more then."""
        while not self._over.wait(every):
            yield self.standing
        yield self.standing

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
            self._wait_for_turn()
            self._result = self._work(self)
        except BaseException as error:  # noqa: BLE001 - handed to whoever asks for the result
            self._error = error
        finally:
            if self._turn is not None and self._has_turn:
                self._turn.release()
            self._over.set()

    def _wait_for_turn(self) -> None:
        while self._turn is not None and not self._has_turn:
            self._has_turn = self._turn.acquire(timeout=0.2)
            if not self._has_turn:
                self._standing = replace(self._standing, note="waiting for another character's job to finish")
            if self._stop.is_set():
                raise Interrupted("Stopped before it began.")


class Jobs:
    """The jobs of one page: at most one for each character folder, and one at a time for the engine."""

    def __init__(self) -> None:
        self._jobs: dict[Path, Job] = {}
        self._access = Lock()
        self._engine = Lock()

    def start(self, folder: Path, title: str, work: Work, *, engine: bool) -> Job:
        """Start work on a folder; with `engine`, it waits until no other job draws or trains.

        Raises:
            RequestError: another job is at work on this folder.
        """
        key = folder.resolve()
        with self._access:
            busy = self._jobs.get(key)
            if busy is not None and not busy.standing.finished:
                raise RequestError(
                    f"“{busy.standing.title}” is still at work on this character: wait for it, or press Interrupt."
                )
            job = self._jobs[key] = Job(title, work, self._engine if engine else None)
            return job.start()

    def of(self, folder: Path) -> Job | None:
        """The job that is at work on a folder, if any."""
        with self._access:
            job = self._jobs.get(folder.resolve())
        return job if job is not None and not job.standing.finished else None
