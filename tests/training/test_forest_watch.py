"""The look at every preview: a scene that fades to the training set's backdrop is noticed, and may end the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from consistent_character import training
from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import Iteration, TrainingWatch, TrainRequest
from consistent_character.errors import Interrupted
from consistent_character.progress import Silent
from consistent_character.training import TrainingSettings
from consistent_character.training.asking import request_for
from consistent_character.training.ending import Ending, read_ending
from consistent_character.training.forest_watch import ForestWatch, Seen, overtrained_since, read_watch
from tests.choosing.pictures import WOMAN, Look, draw, training_set
from tests.fakes import FakeEngine, FakeTrainer
from tests.training.cases import CAPTION

SETTINGS = TrainingSettings(width=64, height=64, num_vectors=4, steps=60, save_every=10)


class Paints(FakeTrainer):
    """Its previews show as much of the scene as `scene` says of the step."""

    def __init__(self, scene: Callable[[int], float], interrupt_at: int = 0) -> None:
        super().__init__(interrupt_at)
        self._scene = scene

    def _step(self, request: TrainRequest, step: int, watch: TrainingWatch) -> None:
        super()._step(request, step, watch)
        if request.preview_every and step % request.preview_every == 0:
            path = request.folder / "previews" / f"{request.name}-{step}.png"
            path.parent.mkdir(exist_ok=True)
            draw(Look(scene=self._scene(step), likeness=0.8), WOMAN, seed=step).save(path)
            watch.previewed(step, path)


class Notes(Silent):
    """Progress that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[str] = []

    def advance(self, units: int = 1, note: str = "") -> None:
        super().advance(units, note)
        self.notes.append(note)


@pytest.fixture
def painted(folder: CharacterFolder) -> CharacterFolder:
    """The training set of a character before its wall."""
    for pair in folder.pairs():
        pair.image.unlink()
        pair.caption.unlink()
    for number, (picture, _) in enumerate(training_set(WOMAN, per_cell=1)):
        picture.save(folder.images / f"{number:02d}.png")
        (folder.images / f"{number:02d}.txt").write_text(CAPTION, encoding="utf-8")
    return folder


def fades(step: int) -> float:
    return 1.0 if step < 35 else 0.0


def run(folder: CharacterFolder, trainer: FakeTrainer, watching: str) -> tuple[training.TrainingRun, list[str]]:
    progress = Notes()
    settings = SETTINGS.with_changes(forest_watch=watching)
    return training.train(folder, settings, FakeEngine(trainer=trainer), progress), progress.notes


def test_it_stops_by_itself_when_the_scene_is_lost_twice(painted: CharacterFolder) -> None:
    made, notes = run(painted, Paints(fades), "stop")
    assert [(one.step, one.verdict) for one in read_watch(made.path)] == [
        *((step, "scene") for step in (10, 20, 30)),
        *((step, "lost") for step in (40, 50)),
    ]
    assert [iteration.step for iteration in made.iterations] == [10, 20, 30, 40, 50]
    assert "Stopped at step 50: overtrained since step 40" in notes[-1]
    assert not made.finished
    assert read_ending(made.path) == Ending("overtrained", notes[-1])


def test_it_only_tells_where_that_is_wanted(painted: CharacterFolder) -> None:
    made, notes = run(painted, Paints(fades), "watch")
    assert made.finished
    assert "preview 60: the scene is lost" in notes
    assert overtrained_since(read_watch(made.path)) == 40
    made, notes = run(painted, Paints(fades), "off")
    assert (made.finished, read_watch(made.path)) == (True, ())
    assert not any("scene" in note for note in notes)


@pytest.mark.parametrize("scene", [lambda step: 1.0, lambda step: 0.0, lambda step: float(step != 30)])
def test_it_does_not_stop_a_run_for_less(painted: CharacterFolder, scene: Callable[[int], float]) -> None:
    """A scene that stays, one that never was there, one bad picture."""
    made, _ = run(painted, Paints(scene), "stop")
    assert made.finished


def test_what_was_seen_before_an_interruption_counts(painted: CharacterFolder) -> None:
    trainer = Paints(fades, interrupt_at=45)
    with pytest.raises(Interrupted):
        run(painted, trainer, "stop")
    made = training.resume(painted, painted.runs()[0], FakeEngine(trainer=trainer), Silent())
    assert made.forest_watch == "stop"
    assert [one.step for one in read_watch(made.path)] == [10, 20, 30, 40, 50]


def test_pictures_that_cannot_be_read_are_done_without(painted: CharacterFolder, tmp_path: Path) -> None:
    request = request_for(painted, SETTINGS, tmp_path)
    for example in request.examples[:-4]:
        example.image.write_bytes(b"")
    assert ForestWatch.begin(request)
    request.examples[-1].image.write_bytes(b"")
    assert ForestWatch.begin(request) is None


@pytest.mark.parametrize(
    ("verdicts", "since"),
    [("ssll", 3), ("sllsl", None), ("slul", 2), ("l", None), ("", None), ("llss", None), ("slll", 2)],
)
def test_in_a_row(verdicts: Sequence[str], since: int | None) -> None:
    words = {"s": "scene", "l": "lost", "u": "unsure"}
    seen = [Seen(number, 0.0, words[one]) for number, one in enumerate(verdicts, start=1)]  # type: ignore[arg-type]
    assert overtrained_since(seen) == since


def test_a_saved_iteration_is_told_of_as_before(painted: CharacterFolder) -> None:
    heard: list[int] = []

    class Hears(Silent):
        def stepped(self, step: int, steps: int, loss: float) -> None:
            """Nothing."""

        def saved(self, iteration: Iteration) -> None:
            heard.append(iteration.step)

        def previewed(self, step: int, image: Path) -> None:
            """Nothing."""

    training.train(painted, SETTINGS, FakeEngine(trainer=Paints(fades)), Silent(), Hears())
    assert heard == [10, 20, 30, 40, 50, 60]
