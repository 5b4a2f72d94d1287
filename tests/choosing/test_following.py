"""The watch over a run that another program trains: what is there, what comes, what is cut off, and when it ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from consistent_character.choosing import ForestRequest
from consistent_character.choosing.following import Followed, FollowRequest, Services, follow
from consistent_character.choosing.foreign import ForeignRequest
from consistent_character.choosing.rendering import FOLDER_NAME
from consistent_character.choosing.watched import WATCH_FILE, read_watched
from consistent_character.engine import RenderRequest
from consistent_character.errors import FolderError, Interrupted, RequestError, UnsafePrompt
from consistent_character.progress import Silent
from tests.choosing.pictures import WOMAN, Look, draw, training_set
from tests.fakes import FakeEngine, FakeVocabulary

FOREST = ForestRequest(seeds=(1, 2, 3), width=64, height=64)


def paint(request: RenderRequest) -> object:
    if not request.embeddings:
        return draw(Look(), WOMAN, request.seed)
    step = FakeVocabulary().read(request.embeddings[0].path).step or 0
    return draw(Look(scene=1.0 if step < 35 else 0.0, likeness=0.1 if step < 15 else 0.9), WOMAN, request.seed)


class Time:
    """A clock that moves only while somebody sleeps; `at` does something when it has moved so far."""

    def __init__(self, run: Path) -> None:
        self.time = run.stat().st_mtime
        self.slept = 0.0
        self.at: dict[float, Callable[[], object]] = {}

    def now(self) -> float:
        return self.time + self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        for when in sorted(self.at):
            if when <= self.slept:
                self.at.pop(when)()


class Bench:
    """A run of the stock Train tab in the middle of being trained."""

    def __init__(self, folder: Path) -> None:
        self.run = folder / "2026-01-31" / "lady"
        (self.run / "embeddings").mkdir(parents=True)
        (self.run / "textual_inversion_loss.csv").touch()
        (folder / "set").mkdir()
        for number, (image, caption) in enumerate(training_set(WOMAN, per_cell=1)):
            image.save(folder / "set" / f"{number:02}.png")
            (folder / "set" / f"{number:02}.txt").write_text(caption, encoding="utf-8")
        told = {"embedding_name": "lady", "data_root": str(folder / "set"), "steps": 60, "save_embedding_every": 10}
        (self.run / "settings-2026-01-31-10-00-00.json").write_text(json.dumps(told), encoding="utf-8")
        self.engine = FakeEngine(painter=paint)  # type: ignore[arg-type]
        self.lines: list[str] = []
        self.clock = Time(self.run)

    def save(self, *numbers: int) -> None:
        for number in numbers:
            (self.run / "embeddings" / f"lady-{number}.pt").write_bytes(str(number - 1).encode())

    def follow(self, progress: Silent | None = None, **how: float) -> Followed:
        services = Services(self.engine, progress or Silent(), self.lines.append, self.clock.now, self.clock.sleep)
        return follow(self.run, FOREST, services, how=FollowRequest(**how))

    @property
    def steps(self) -> list[int]:
        return [int(line.split()[1].rstrip(":")) for line in self.lines]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_finished_run_is_judged_and_that_is_all(bench: Bench) -> None:
    bench.save(10, 20, 30, 40, 50, 60)
    found = bench.follow()
    assert bench.clock.slept == 0
    assert bench.steps == [9, 19, 29, 39, 49, 59]
    watched = found.watched
    assert (watched.onset, watched.certain, watched.recommended) == (39, True, 19)
    assert found.path == bench.run
    kept = read_watched(bench.run)
    assert kept
    assert [(one.step, one.verdict) for one in kept.seen] == [(one.step, one.verdict) for one in watched.seen]
    assert kept.words == watched.words
    assert {path.name for path in bench.run.iterdir() if path.name not in (WATCH_FILE, FOLDER_NAME)} == {
        *("embeddings", "settings-2026-01-31-10-00-00.json", "textual_inversion_loss.csv")
    }
    drawn = len(bench.engine.rendered)
    assert bench.follow().watched == watched
    assert len(bench.engine.rendered) == drawn == 3 * 7, "nothing twice"


def test_what_comes_is_judged_as_it_comes(bench: Bench) -> None:
    """Begun before anything is saved; one file is read while it is written."""
    half = bench.run / "embeddings" / "lady-30.pt"
    bench.clock.at = {
        7: lambda: bench.save(10),
        20: lambda: (bench.save(20), half.write_bytes(b"")),
        40: lambda: bench.save(30),
        60: lambda: bench.save(40, 50, 60),
    }
    watched = bench.follow().watched
    assert bench.steps == [9, 19, 29, 39, 49, 59]
    (note,) = watched.notes  # none of the half file
    assert note.startswith("Hardly two training pictures show the same view")
    assert 60 <= bench.clock.slept < 70


def test_the_engine_is_free_while_nothing_is_new(bench: Bench) -> None:
    bench.save(10)
    bench.clock.at = {10: lambda: bench.save(20)}
    held = [False]

    @contextmanager
    def turn() -> Iterator[None]:
        held[0] = True
        yield
        held[0] = False

    def sleep(seconds: float) -> None:
        assert not held[0]
        bench.clock.sleep(seconds)

    def paint_in_turn(request: RenderRequest) -> object:
        assert held[0]
        return paint(request)

    engine = FakeEngine(painter=paint_in_turn)  # type: ignore[arg-type]
    services = Services(engine, Silent(), now=bench.clock.now, sleep=sleep, turn=turn)
    found = follow(bench.run, FOREST, services, how=FollowRequest(patience=30))
    assert [one.step for one in found.watched.seen] == [9, 19]


def test_a_run_that_ends_early_is_waited_for_only_so_long(bench: Bench) -> None:
    bench.save(10, 20)
    bench.follow(patience=100)
    assert 90 < bench.clock.slept < 120
    bench.follow(patience=0)
    assert bench.steps == [9, 19] * 2


def test_a_run_that_is_old_is_not_waited_for(bench: Bench) -> None:
    bench.save(10)
    bench.clock.time += 1000
    bench.follow()
    assert bench.clock.slept == 0


def test_nothing_at_all_comes(bench: Bench) -> None:
    with pytest.raises(FolderError, match="There is no iteration in"):
        bench.follow(patience=50)
    assert bench.clock.slept >= 45


def test_a_file_that_is_replaced_is_judged_anew(bench: Bench) -> None:
    """A second run of the same day and name."""
    bench.save(10, 20)
    bench.clock.at = {20: lambda: (bench.run / "embeddings" / "lady-20.pt").write_text(" 19 ")}
    bench.follow(patience=60)
    assert bench.steps == [9, 19, 19]


def test_what_is_broken_is_told_at_the_end(bench: Bench) -> None:
    bench.save(10)
    (bench.run / "embeddings" / "lady-20.pt").write_bytes(b"cut o")
    assert bench.follow(patience=0).watched.notes == ("lady-20.pt cannot be read: the file is damaged or cut off.",)


class Stops(Silent):
    """Interrupted when it is told of something."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self._word = word

    def advance(self, units: int = 1, note: str = "") -> None:
        if self._word in note:
            raise Interrupted("stopped")


@pytest.mark.parametrize("word", ["baseline", "step 9:", "19", "waiting"])
def test_interrupted_it_goes_on_where_it_stopped(bench: Bench, word: str) -> None:
    bench.save(10, 20, 30)
    with pytest.raises(Interrupted):
        bench.follow(Stops(word), patience=1000)
    bench.save(40, 50, 60)
    assert [one.step for one in bench.follow().watched.seen] == [9, 19, 29, 39, 49, 59]
    assert len(bench.engine.rendered) == 3 * 7, "nothing twice"


def test_nothing_is_drawn_of_a_minor(bench: Bench, tmp_path: Path) -> None:
    bench.save(10)
    (tmp_path / "set" / "00.txt").write_text("a 12yo girl", encoding="utf-8")
    services = Services(bench.engine, Silent())
    with pytest.raises(UnsafePrompt):
        follow(bench.run, ForestRequest("{name}, naked, in a forest", width=64, height=64), services)
    with pytest.raises(UnsafePrompt):
        asked = ForeignRequest(look="a 15yo woman")
        follow(bench.run, ForestRequest("{name}, naked, in a forest", width=64, height=64), services, asked)
    assert bench.engine.rendered == []


@pytest.mark.parametrize("how", [{"every": 0}, {"every": 4000}, {"patience": -1}, {"patience": float("nan")}])
def test_settings_that_cannot_be_used(bench: Bench, how: dict[str, float]) -> None:
    with pytest.raises(RequestError):
        bench.follow(**how)
