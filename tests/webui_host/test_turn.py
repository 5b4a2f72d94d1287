"""A job's turn in the web UI, on the fake of its `modules`: queue, state, progress bar, buttons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from consistent_character.errors import Interrupted
from consistent_character.jobs import Job, Jobs
from consistent_character.progress import Progress


class Gated:
    """Work of some units that stops before each until the test lets it go on."""

    def __init__(self, units: int = 3, done: int = 0) -> None:
        self.reached, self._go_on = Event(), Event()
        self._units, self._done = units, done

    def __call__(self, progress: Progress) -> str:
        progress.begin("Drawing pictures", total=self._units + self._done, done=self._done)
        for unit in range(self._units):
            self.reached.set()
            assert self._go_on.wait(30)
            self._go_on.clear()
            progress.advance(note=f"picture {unit}")
        return "drawn"

    def step(self) -> None:
        """Let one unit be done, and wait until the next begins."""
        self.reached.clear()
        self._go_on.set()
        assert self.reached.wait(30)

    def finish(self) -> None:
        self._go_on.set()


@pytest.fixture
def host(modules: ModuleType) -> Iterator[Any]:
    """The fake, with what a turn uses imported."""
    from modules import call_queue, progress, shared

    yield type("Host", (), {"queue": call_queue.queue_lock, "progress": progress, "state": shared.state})
    assert call_queue.queue_lock.acquire(blocking=False), "a turn was not given back"
    assert type(shared.state).__module__ == "modules.shared_state"
    assert "interrupt" not in vars(type(shared.state)) or type(shared.state).__mro__[1] is object


@pytest.fixture
def jobs(host: Any) -> Jobs:
    from consistent_character.hosts.webui.turn import webui_turn

    return Jobs(webui_turn)


def _task(job: Job) -> str:
    from consistent_character.hosts.webui.turn import task_of

    return task_of(job)


def test_a_job_shows_in_the_web_uis_progress_bar(host: Any, jobs: Jobs, tmp_path: Path) -> None:
    work = Gated(units=3, done=5)
    job = jobs.start(tmp_path, "Generating", work, engine=True)
    assert work.reached.wait(30)
    assert host.progress.current_task == _task(job)
    assert not host.progress.pending_tasks
    assert "Generating" in host.state.job
    work.step()
    # What an earlier run did is not counted: the web UI tells the time left from the pace since the start.
    assert (host.state.job_count, host.state.job_no, host.state.textinfo) == (3, 1, "picture 0")
    host.state.job_count, host.state.job_no = 1, 7  # drawing counts for itself
    work.step()
    assert (host.state.job_count, host.state.job_no) == (3, 2)
    work.finish()
    assert job.result() == "drawn"
    assert host.progress.current_task is None
    assert _task(job) in host.progress.finished_tasks
    assert (host.state.job, host.state.job_count) == ("", 0)


def test_it_waits_in_the_queue_and_can_be_called_off_there(host: Any, jobs: Jobs, tmp_path: Path) -> None:
    host.queue.acquire()
    state = dict(vars(host.state))
    first = jobs.start(tmp_path / "a", "Generating", lambda progress: "first", engine=True)
    second = jobs.start(tmp_path / "b", "Generating", lambda progress: "second", engine=True)
    assert not first.join(0.3)
    assert set(host.progress.pending_tasks) == {_task(first), _task(second)}
    assert "queue" in first.standing.note
    first.interrupt()
    with pytest.raises(Interrupted, match="before it began"):
        first.result()
    assert set(host.progress.pending_tasks) == {_task(second)}
    assert dict(vars(host.state)) == state, "somebody else's job was touched"
    host.queue.release()
    assert second.result() == "second"


@pytest.mark.parametrize("button", ["interrupt", "skip", "stop_generating"])
def test_the_web_uis_buttons_stop_the_job_at_its_next_unit(host: Any, jobs: Jobs, tmp_path: Path, button: str) -> None:
    pressed = getattr(host.state, button)  # the page holds on to the method since it was built
    work = Gated()
    job = jobs.start(tmp_path, "Generating", work, engine=True)
    assert work.reached.wait(30)
    pressed()
    host.state.skipped = False  # drawing takes Skip back before the next picture
    work.finish()
    with pytest.raises(Interrupted, match="kept"):
        job.result()
    assert not (host.state.interrupted or host.state.skipped or host.state.stopping_generation)


def test_our_own_button_lets_the_picture_in_work_go_and_only_ours(host: Any, jobs: Jobs, tmp_path: Path) -> None:
    work = Gated()
    job = jobs.start(tmp_path, "Generating", work, engine=True)
    assert work.reached.wait(30)
    assert not host.state.interrupted
    job.interrupt()
    assert host.state.interrupted
    work.finish()
    with pytest.raises(Interrupted):
        job.result()
    assert not host.state.interrupted
    host.state.begin(job="somebody else's")
    job.interrupt()
    assert not host.state.interrupted


def test_a_turn_that_is_over_leaves_the_web_ui_alone(host: Any, jobs: Jobs, tmp_path: Path) -> None:
    from consistent_character.hosts.webui.turn import WebUITurn

    turn = WebUITurn(Event())
    turn.interrupt()
    assert host.state.interrupted
    host.state.interrupted = False
    turn.end()
    turn.interrupt()
    assert not host.state.interrupted


def test_the_web_uis_live_preview_is_the_jobs(host: Any, jobs: Jobs, tmp_path: Path) -> None:
    work = Gated()
    job = jobs.start(tmp_path, "Generating", work, engine=True)
    assert work.reached.wait(30)
    assert job.preview() is None
    shown = Image.new("RGB", (96, 96))
    host.state.assign_current_image(shown)
    assert job.preview() is shown
    job.interrupt()
    work.finish()
    assert job.join(30)
    assert job.preview() is None


def test_reload_ui_does_not_stop_a_job(host: Any, jobs: Jobs, tmp_path: Path) -> None:
    restart = host.state.request_restart
    work = Gated(units=1)
    job = jobs.start(tmp_path, "Training", work, engine=True)
    assert work.reached.wait(30)
    restart()
    assert not host.state.interrupted
    work.finish()
    assert job.result() == "drawn"


def test_what_the_work_raised_gives_the_turn_back(host: Any, jobs: Jobs, tmp_path: Path) -> None:
    def broken(progress: Progress) -> None:
        raise ZeroDivisionError("by nobody")

    with pytest.raises(ZeroDivisionError):
        jobs.start(tmp_path, "Generating", broken, engine=True).result()
    assert host.progress.current_task is None
