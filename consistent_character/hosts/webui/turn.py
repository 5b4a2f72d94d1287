"""A job's turn in the web UI: its queue, its state, its progress bar, and its Interrupt and Skip buttons."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import Any

from modules import call_queue, progress, shared
from PIL.Image import Image

from consistent_character.errors import Interrupted
from consistent_character.hosts.webui.keeping import kept
from consistent_character.hosts.webui.kinds import kind
from consistent_character.hosts.webui.rendering import STOPPED
from consistent_character.jobs import Job, Turn

_BEAT = 0.2
"""Seconds between two looks at whether the job that waits is still wanted."""
_FLAGS = ("interrupted", "skipped", "stopping_generation")


def task_of(job: Job) -> str:
    """The job's name to the web UI's progress bar (`/internal/progress`)."""
    return f"task({job.id})"


@contextmanager
def webui_turn(job: Job) -> Iterator[Turn]:
    """See `jobs.Turns`: as the web UI does around a press of Generate. Never where the queue's lock is held already."""
    task = task_of(job)
    progress.add_task_to_queue(task)
    place = _Place()
    try:
        while not place.reached.wait(_BEAT):
            job.wait("waiting for its turn in the web UI's queue")
        kind().begin()
        with kept(), _at_work(job, task) as turn:
            yield turn
    finally:
        progress.pending_tasks.pop(task, None)
        place.leave()


@contextmanager
def _at_work(job: Job, task: str) -> Iterator[WebUITurn]:
    state = shared.state
    state.begin(job=f"Consistent Character: {job.title}")
    progress.start_task(task)
    try:
        with _listening(state) as pressed:
            turn = WebUITurn(pressed)
            try:
                yield turn
            finally:
                turn.end()
    finally:
        progress.finish_task(task)
        shared.total_tqdm.clear()
        state.end()
        for flag in _FLAGS:
            setattr(state, flag, False)


class WebUITurn:
    """Shows a job in the web UI's progress bar, and hears the web UI's buttons. Source: modules/progress.py."""

    def __init__(self, pressed: Event) -> None:
        self._pressed = pressed
        self._total = 0
        self._done = 0
        self._access = Lock()
        self._over = False

    def begin(self, job: str, total: int, done: int = 0) -> None:
        """See `Progress.begin`. The bar counts what is left: the web UI tells the time left from its start."""
        self._total, self._done = max(1, total - done), 0
        self._show(job)

    def advance(self, units: int = 1, note: str = "") -> None:
        """See `Progress.advance`."""
        self._done += units
        self._show(note)
        if self._pressed.is_set():
            raise Interrupted(STOPPED)

    def interrupt(self) -> None:
        """Let the picture that is being drawn go; a job whose turn is over leaves the web UI alone."""
        with self._access:
            if not self._over:
                shared.state.interrupted = True

    def preview(self) -> Image | None:
        """The web UI's live preview, if its settings want one."""
        state = shared.state
        state.set_current_image()
        image: Image | None = state.current_image
        return image

    def end(self) -> None:
        """The engine is somebody else's from now on."""
        with self._access:
            self._over = True

    def _show(self, note: str) -> None:
        """Drawing and training count for themselves in between, so all of it is told anew."""
        state = shared.state
        state.job_count, state.job_no = self._total, min(self._done, self._total)
        state.sampling_step = 0
        if note:
            state.textinfo = note


class _Place:
    """A place in the web UI's queue that can be given up.

    The queue's lock serves in order, but cannot be waited for with a time limit: a thread of its own waits for it.
    """

    def __init__(self) -> None:
        self.reached = Event()
        self._left = False
        self._access = Lock()
        Thread(target=self._wait, name="consistent-character: queue", daemon=True).start()

    def leave(self) -> None:
        """Give the place up, or the turn back."""
        with self._access:
            self._left = True
            held = self.reached.is_set()
        if held:
            call_queue.queue_lock.release()

    def _wait(self) -> None:
        call_queue.queue_lock.acquire()
        with self._access:
            if not self._left:
                self.reached.set()
                return
        call_queue.queue_lock.release()


@contextmanager
def _listening(state: Any) -> Iterator[Event]:
    """An event that is set as soon as anybody presses Interrupt or Skip, and stays set.

    The flags cannot be read now and then: `process_images` takes Skip back before its next picture. For as long as the
    turn lasts the state is of a subclass that hears them being set.
    """
    pressed = Event()
    plain = type(state)
    state.__class__ = _heard(plain, pressed)
    try:
        yield pressed
    finally:
        state.__class__ = plain


def _heard(plain: type[Any], pressed: Event) -> type[Any]:
    def interrupt(self: Any) -> None:
        # "Reload UI" interrupts too, for the sake of jobs whose page is about to go. Ours write to disk and go on.
        if sys._getframe(1).f_code is not plain.request_restart.__code__:
            plain.interrupt(self)

    flags = {flag: _flag(flag, pressed) for flag in _FLAGS}
    return type(plain.__name__, (plain,), {"interrupt": interrupt, **flags})


def _flag(name: str, pressed: Event) -> property:
    def read(self: Any) -> bool:
        return bool(vars(self).get(name, False))

    def write(self: Any, value: bool) -> None:
        vars(self)[name] = value
        if value:
            pressed.set()

    return property(read, write)
