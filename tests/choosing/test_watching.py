"""The watch over a run that is trained here: judged as it comes, stopped when it is certain, and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image

from consistent_character import training
from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestRequest
from consistent_character.choosing.judging import beyond_doubt
from consistent_character.choosing.onset import Verdict
from consistent_character.choosing.verdict import Judged, Reading
from consistent_character.choosing.watched import OLD_FILE, WATCH_FILE, Seen, Watched, read_watched, write_watched
from consistent_character.choosing.watching import Watcher, forest_request
from consistent_character.engine import RenderRequest
from consistent_character.errors import Interrupted
from consistent_character.progress import Silent
from consistent_character.training import TrainingRun, TrainingSettings
from consistent_character.training.asking import request_for
from consistent_character.training.ending import Ending, read_ending
from tests.choosing.pictures import WOMAN, Look, draw, training_set
from tests.fakes import FakeEngine, FakeTrainer

SETTINGS = TrainingSettings(width=64, height=64, num_vectors=4, steps=60, save_every=10, forest_watch="stop")
TOKEN = "t0ken"
Scene = Callable[[int], float]


class Notes(Silent):
    """Progress that keeps what it is told, and can be stopped at a note."""

    def __init__(self, stop_at: str = "") -> None:
        super().__init__()
        self.notes: list[str] = []
        self.units = 0
        self._stop_at = stop_at

    def advance(self, units: int = 1, note: str = "") -> None:
        super().advance(units, note)
        self.units += units
        self.notes.append(note)
        if self._stop_at and self._stop_at in note:
            raise Interrupted("stopped")


@pytest.fixture
def folder(tmp_path: Path) -> CharacterFolder:
    made = CharacterFolder.create(tmp_path / "her", Character(TOKEN, WOMAN.look, num_vectors=4))
    for number, (picture, caption) in enumerate(training_set(WOMAN, per_cell=2)):
        picture.save(made.images / f"{number:02d}.png")
        (made.images / f"{number:02d}.txt").write_text(caption, encoding="utf-8")
    return made


def painting(scene: Scene) -> Callable[[RenderRequest], Image.Image]:
    """An iteration shows as much of the scene as `scene` says of its step, and more of the person with each."""

    def paint(request: RenderRequest) -> Image.Image:
        if not request.embeddings:
            return draw(Look(), WOMAN, request.seed)
        step = int(request.embeddings[0].path.read_bytes())
        likeness = 0.1 if step < 15 else 0.65 if step < 25 else 1.0
        return draw(Look(scene=scene(step), likeness=likeness), WOMAN, request.seed)

    return paint


def fades(step: int) -> float:
    return 1.0 if step < 35 else 0.0


class Bench:
    """A folder, a trainer and an engine that paints."""

    def __init__(self, folder: CharacterFolder, scene: Scene = fades, interrupt_at: int = 0) -> None:
        self.folder = folder
        self.engine = FakeEngine(trainer=FakeTrainer(interrupt_at), painter=painting(scene))
        self.lines: list[str] = []
        self.watcher = Watcher(folder, self.engine, self.lines.append)

    def train(self, progress: Silent | None = None, **changes: object) -> TrainingRun:
        settings = SETTINGS.with_changes(**changes)
        return training.train(self.folder, settings, self.engine, progress or Silent(), watcher=self.watcher)

    def resume(self, progress: Silent | None = None) -> TrainingRun:
        run = self.folder.runs()[-1]
        return training.resume(self.folder, run, self.engine, progress or Silent(), watcher=self.watcher)


def judged(run: TrainingRun) -> list[tuple[int, str]]:
    watched = read_watched(run.path)
    return [(one.step, one.verdict) for one in watched.seen] if watched else []


def test_it_stops_by_itself_when_the_onset_is_certain(folder: CharacterFolder) -> None:
    bench, progress = Bench(folder), Notes()
    run = bench.train(progress)
    assert judged(run) == [(10, "undertrained"), (20, "good"), (30, "good"), (40, "overtrained"), (50, "overtrained")]
    assert [iteration.step for iteration in run.iterations] == [10, 20, 30, 40, 50], "all of them are kept"
    watched = read_watched(run.path)
    assert watched
    assert (watched.onset, watched.certain, watched.recommended) == (40, True, 30)
    assert "Stopped at step 50: Overtrained from step 40 on. The one to use so far is step 30." in progress.notes[-1]
    assert read_ending(run.path) == Ending("overtrained", progress.notes[-1])
    assert bench.lines[-1] == "step 50: overtrained, scene 0.00, likeness 1.00; overtrained from step 40 on"
    assert not run.finished
    assert bench.resume().finished, "not for the same once more"
    assert [step for step, _ in judged(run)] == [10, 20, 30, 40, 50, 60]


def test_it_only_tells_where_that_is_wanted(folder: CharacterFolder) -> None:
    run = Bench(folder).train(forest_watch="watch")
    watched = read_watched(run.path)
    assert run.finished
    assert watched
    assert (watched.onset, watched.certain) == (40, True)
    for off in ({"forest_watch": "off"}, {"preview_every": 0}):
        bench = Bench(folder)
        assert bench.train(**off).finished
        assert bench.engine.rendered == []
        assert read_watched(folder.runs()[-1]) is None


@pytest.mark.parametrize("scene", [lambda step: 1.0, lambda step: float(step != 30), lambda step: float(step != 60)])
def test_it_does_not_stop_a_run_for_less(folder: CharacterFolder, scene: Scene) -> None:
    """A scene that stays, one bad iteration in the middle, and one at the end."""
    run = Bench(folder, scene).train()
    watched = read_watched(run.path)
    assert run.finished
    assert watched
    assert not watched.certain


def test_pictures_are_those_of_the_forest_test(folder: CharacterFolder) -> None:
    """With the same seeds for the class word and every iteration: nothing is drawn again when it is tested."""
    bench = Bench(folder)
    run = bench.train(steps=20, watch_seeds=2)
    asked = [(request.prompt, request.seed) for request in bench.engine.rendered]
    assert [seed for _, seed in asked] == [1, 2] * 3
    assert [prompt.split(" in ")[0].split()[-1] for prompt, _ in asked[::2]] == ["woman", "t0ken-at-10", "t0ken-at-20"]
    request = forest_request(run.request, 8)
    assert request == ForestRequest(width=64, height=64)


def test_it_looks_no_more_often_than_previews_are_made(folder: CharacterFolder) -> None:
    run = Bench(folder, lambda step: 1.0).train(save_every=4, preview_every=10)
    assert [step for step, _ in judged(run)] == [12, 24, 36, 48, 60]


@pytest.mark.parametrize("note", ["baseline", "loss 0.0476", "step 20", "30"])
def test_interrupted_anywhere_it_goes_on(folder: CharacterFolder, note: str) -> None:
    """While it draws the class word, between two updates, after a judgement, while it draws an iteration."""
    bench = Bench(folder)
    with pytest.raises(Interrupted):
        bench.train(Notes(note))
    drawn = len(bench.engine.rendered)
    run = bench.resume()
    assert judged(run) == [(10, "undertrained"), (20, "good"), (30, "good"), (40, "overtrained"), (50, "overtrained")]
    assert drawn < len(bench.engine.rendered) == 3 * 6, "nothing twice"
    assert not run.finished


def test_a_power_cut_after_a_save_is_caught_up_with(folder: CharacterFolder) -> None:
    bench = Bench(folder)
    with pytest.raises(Interrupted):
        bench.train(Notes("step 20"))
    run = folder.runs()[-1]
    (run / WATCH_FILE).unlink()
    for step in (30, 40, 50):
        (run / "embeddings" / f"{TOKEN}-{step}.pt").write_bytes(str(step).encode())
    assert [step for step, _ in judged(bench.resume())] == [10, 20, 30, 40, 50]
    assert read_ending(run) is not None, "known to be overtrained before another update is made"


def test_files_of_one_step_are_told(folder: CharacterFolder) -> None:
    bench = Bench(folder)
    with pytest.raises(Interrupted):
        bench.train(Notes("step 20"), steps=30)
    run = folder.runs()[-1]
    (run / "embeddings" / f"{TOKEN}-21.pt").write_bytes(b"20")
    watched = read_watched(bench.resume().path)
    assert watched is not None
    assert f"Passed over: {TOKEN}-21.pt (step 20, as {TOKEN}-20.pt)." in watched.notes[0]


def test_training_is_not_counted_twice(folder: CharacterFolder) -> None:
    progress = Notes()
    Bench(folder, lambda step: 1.0).train(progress, steps=20)
    assert progress.units == 3 + 20, "the class word's pictures, then an update each"


@pytest.mark.parametrize(("prompt", "told"), [("a forest", "has no {name}"), ("{name}", "does not draw the scene")])
def test_what_cannot_be_watched_is_trained_and_told(folder: CharacterFolder, prompt: str, told: str) -> None:
    bench = Bench(folder)
    bench.engine = FakeEngine(trainer=FakeTrainer(), painter=lambda request: draw(Look(scene=0), WOMAN, request.seed))
    bench.watcher = Watcher(folder, bench.engine, bench.lines.append)
    run = bench.train(preview_prompt=prompt)
    assert run.finished
    watched = read_watched(run.path)
    assert watched
    assert told in watched.cannot_tell
    assert watched.words == watched.cannot_tell


def test_too_few_training_pictures_are_told(folder: CharacterFolder) -> None:
    bench = Bench(folder)
    request = request_for(folder, SETTINGS, folder.new_run())
    for pair in folder.pairs()[3:]:
        pair.image.unlink()
    assert bench.watcher(request, 3, True, Silent()) is None
    assert "at least 4 training pictures" in bench.lines[0]


def test_a_framing_that_the_captions_lack_is_told(folder: CharacterFolder) -> None:
    for pair in folder.pairs():
        pair.caption.write_text(f"a photo of {TOKEN}, plain gray clothes, gray background", encoding="utf-8")
    watched = read_watched(Bench(folder).train().path)
    assert watched
    assert "No caption says how near the camera is" in watched.notes[0]


def row(*verdicts: str) -> list[Judged]:
    words: dict[str, Verdict] = {"o": "overtrained", "g": "good", "u": "unsure"}
    return [Judged(number, 0, 0, words[one], 1, "") for number, one in enumerate(verdicts)]


@pytest.mark.parametrize(
    ("verdicts", "scenes", "certain"),
    [
        ("goo", [(1, 1, 1), (0, 0, 0), (0, 0.1, 0)], True),
        ("gog", [(1, 1, 1), (0, 0, 0), (1, 1, 1)], False),
        ("ggo", [(1, 1, 1), (1, 1, 1), (0, 0, 0)], False),
        ("gou", [(1, 1, 1), (0, 0, 0), (0.4, 0.6, 0.5)], False),
        ("goo", [(1, 1, 1), (0.1, 0.9, 0.1), (0, 0, 0.1)], False),
        ("ooo", [(0.1, 0.9, 0.1), (0, 0, 0.1), (0, 0, 0)], True),
        ("o", [(0, 0, 0)], False),
    ],
)
def test_certain_is_several_in_a_row_with_every_seed(
    verdicts: str, scenes: Sequence[tuple[float, ...]], certain: bool
) -> None:
    readings = [Reading(number, scene, scene) for number, scene in enumerate(scenes)]
    assert beyond_doubt(readings, row(*verdicts)) is certain


def test_what_was_seen_is_read_again(tmp_path: Path) -> None:
    seen = (Seen(10, 0.5, 0.25, "good", 0.9, "why", ("a.png", "b.png"), (0.25, 0.75), (0.0, 0.5)),)
    watched = Watched(seen, 10, True, 5, "why", "", ("note",), "{name}", "woman", "world", (1, 2), ("c.png",))
    write_watched(tmp_path, watched)
    assert read_watched(tmp_path) == watched
    (tmp_path / WATCH_FILE).write_text('{"seen": [{}]}')
    assert read_watched(tmp_path) is None


@pytest.mark.parametrize(
    ("verdicts", "since"),
    [("ssll", 3), ("sllsl", None), ("slul", 2), ("l", None), ("", None), ("llss", None), ("slll", 2)],
)
def test_what_an_earlier_version_saw_is_still_shown(tmp_path: Path, verdicts: str, since: int | None) -> None:
    words = {"s": "scene", "l": "lost", "u": "unsure"}
    rows = "".join(f"{number},0.500,{words[one]}\r\n" for number, one in enumerate(verdicts, start=1))
    (tmp_path / OLD_FILE).write_bytes(f"step,scene,verdict\r\n{rows}".encode())
    watched = read_watched(tmp_path)
    assert watched
    assert watched.onset == since
    assert len(watched.seen) == len(verdicts)
    assert all(one.likeness is None for one in watched.seen)
