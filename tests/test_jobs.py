"""Jobs run beside the page, one a folder, and stop when they are told to."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from consistent_character.errors import Interrupted, RequestError
from consistent_character.jobs import Job, Jobs, Standing
from consistent_character.progress import Progress


def test_a_job_is_its_own_progress_and_hands_back_its_result() -> None:
    def work(progress: Progress) -> str:
        progress.begin("Counting", total=4, done=1)
        progress.advance(2, note="two more")
        progress.advance()
        return "counted"

    job = Job("title", work).start()
    assert job.result() == "counted"
    standing = job.standing
    assert (standing.job, standing.done, standing.total, standing.resumed, standing.note) == (
        "Counting",
        4,
        4,
        1,
        "two more",
    )
    assert standing.finished


def test_an_interruption_surfaces_at_the_next_unit() -> None:
    reached, go_on = Event(), Event()
    done = []

    def work(progress: Progress) -> None:
        progress.begin("Working", total=3)
        for unit in range(3):
            done.append(unit)
            reached.set()
            assert go_on.wait(10)
            progress.advance()

    job = Job("title", work).start()
    assert reached.wait(10)
    job.interrupt()
    assert job.standing.stopping
    go_on.set()
    with pytest.raises(Interrupted):
        job.result()
    assert done == [0]


def test_what_the_work_raised_is_raised_where_the_result_is_wanted() -> None:
    def work(progress: Progress) -> None:
        raise ZeroDivisionError("by nobody")

    with pytest.raises(ZeroDivisionError, match="by nobody"):
        Job("title", work).start().result()


def test_one_job_a_folder_however_its_path_is_written(tmp_path: Path) -> None:
    jobs, go_on = Jobs(), Event()
    (tmp_path / "a").mkdir()
    first = jobs.start(tmp_path / "a", "Generating", lambda progress: go_on.wait(10), engine=True)
    assert jobs.of(tmp_path / "b" / ".." / "a") is first
    with pytest.raises(RequestError, match="Generating"):
        jobs.start(tmp_path / "b" / ".." / "a", "Training", lambda progress: None, engine=True)
    go_on.set()
    first.result()
    assert jobs.of(tmp_path / "a") is None
    assert jobs.start(tmp_path / "a", "Training", lambda progress: 7, engine=True).result() == 7


def test_two_characters_share_the_engine_one_after_the_other(tmp_path: Path) -> None:
    jobs, go_on, order = Jobs(), Event(), []

    def first(progress: Progress) -> None:
        assert go_on.wait(10)
        order.append("first")

    running = jobs.start(tmp_path / "a", "A", first, engine=True)
    waiting = jobs.start(tmp_path / "b", "B", lambda progress: order.append("second"), engine=True)
    beside = jobs.start(tmp_path / "c", "C", lambda progress: order.append("beside"), engine=False)
    beside.result()
    go_on.set()
    running.result()
    waiting.result()
    assert order == ["beside", "first", "second"]


def test_the_engine_can_be_had_for_a_part_of_the_work(tmp_path: Path) -> None:
    jobs, inside, between, go_on = Jobs(), Event(), Event(), Event()

    def work(job: Job) -> str:
        job.begin("Watching", total=2)
        with job.turn():
            inside.set()
            assert go_on.wait(10)
        go_on.clear()
        between.set()
        assert go_on.wait(10)
        with job.turn():
            return "seen"

    watching = jobs.start(tmp_path / "a", "Watching", work, engine=False)
    assert inside.wait(10)
    drawing = jobs.start(tmp_path / "b", "Drawing", lambda progress: "drawn", engine=True)
    assert not drawing.join(0.5), "the watch has the engine"
    go_on.set()
    assert between.wait(10)
    assert drawing.result() == "drawn"
    go_on.set()
    assert watching.result() == "seen"


def test_who_waits_for_another_turn_can_be_interrupted(tmp_path: Path) -> None:
    jobs, go_on, held = Jobs(), Event(), Event()

    def work(job: Job) -> None:
        job.begin("Watching", total=2)
        assert held.wait(10)
        with job.turn():
            raise AssertionError("another one has it")

    watching = jobs.start(tmp_path / "a", "Watching", work, engine=False)
    drawing = jobs.start(tmp_path / "b", "Drawing", lambda progress: held.set() or go_on.wait(10), engine=True)
    assert held.wait(10)
    watching.interrupt()
    with pytest.raises(Interrupted, match="What was finished is kept"):
        watching.result()
    go_on.set()
    drawing.result()


def test_a_job_that_waits_for_the_engine_can_be_interrupted_and_leaves_the_engine_free(tmp_path: Path) -> None:
    jobs, go_on = Jobs(), Event()
    running = jobs.start(tmp_path / "a", "A", lambda progress: go_on.wait(10), engine=True)
    waiting = jobs.start(tmp_path / "b", "B", lambda progress: None, engine=True)
    waiting.interrupt()
    with pytest.raises(Interrupted):
        waiting.result()
    go_on.set()
    running.result()
    assert jobs.start(tmp_path / "b", "B", lambda progress: "free", engine=True).result() == "free"


def test_time_left_is_told_from_the_pace_of_this_run_only() -> None:
    standing = Standing("t", total=100, done=40, resumed=20, begun=0.0, now=10.0)
    assert standing.seconds_left == pytest.approx(30.0)
    assert standing.share == pytest.approx(0.4)
    assert Standing("t", total=100, done=20, resumed=20, begun=0.0, now=10.0).seconds_left is None
    assert Standing("t").share == 0.0
