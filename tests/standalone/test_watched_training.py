"""The watch over real training in the cartoon world: it disturbs nothing, stops what is overtrained, and goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from consistent_character import training
from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing.watched import read_watched
from consistent_character.choosing.watching import Watcher
from consistent_character.errors import Interrupted
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.progress import Silent
from consistent_character.training import TrainingRun, TrainingSettings
from consistent_character.training.ending import read_ending
from tests.choosing.pictures import WOMAN, training_set
from tests.choosing.test_watching import Notes

pytestmark = pytest.mark.slow

TOKEN = "t0ken"
SHORT = TrainingSettings(
    width=96, height=96, num_vectors=2, steps=4, save_every=2, preview_every=2, preview_steps=4, watch_seeds=2
)
HOT = SHORT.with_changes(
    num_vectors=16,
    learn_rate="0.02",
    batch_size=4,
    steps=100,
    save_every=10,
    preview_every=10,
    preview_steps=20,
    watch_seeds=3,
)
"""With captions that do not name the backdrop, it is learned within some dozen updates."""


@pytest.fixture(scope="module")
def engine() -> StandaloneEngine:
    return StandaloneEngine.load(None)


def made(path: Path) -> CharacterFolder:
    folder = CharacterFolder.create(path, Character(TOKEN, WOMAN.look))
    for number, (picture, _) in enumerate(training_set(WOMAN, per_cell=1)):
        picture.save(folder.images / f"{number:02d}.png")
        (folder.images / f"{number:02d}.txt").write_text(f"an extreme closeup photo of {TOKEN}", encoding="utf-8")
    return folder


def train(
    folder: CharacterFolder, engine: StandaloneEngine, settings: TrainingSettings, progress: Silent | None = None
) -> TrainingRun:
    return training.train(folder, settings, engine, progress or Silent(), watcher=Watcher(folder, engine))


def vectors(run: TrainingRun) -> list[bytes]:
    return [iteration.path.read_bytes() for iteration in run.iterations]


def test_it_disturbs_nothing_whether_it_is_stopped_or_not(tmp_path: Path, engine: StandaloneEngine) -> None:
    """The very same files: without a watch, with one, and with one that was stopped while it drew."""
    folder = made(tmp_path / "her")
    plain = train(folder, engine, SHORT.with_changes(forest_watch="off"))
    watched = train(folder, engine, SHORT)
    with pytest.raises(Interrupted):
        train(folder, engine, SHORT, Notes("step 2:"))
    resumed = training.resume(folder, folder.runs()[-1], engine, Silent(), watcher=Watcher(folder, engine))
    assert len(vectors(plain)) == 2
    assert vectors(plain) == vectors(watched) == vectors(resumed)
    seen = [read_watched(run.path) for run in (watched, resumed)]
    assert seen[0] == seen[1]
    assert seen[0]
    assert [one.step for one in seen[0].seen] == [2, 4]
    assert (watched.path / seen[0].seen[0].pictures[0]).is_file()
    assert read_watched(plain.path) is None


def test_a_run_that_overtrains_is_stopped_and_can_be_gone_on_with(tmp_path: Path, engine: StandaloneEngine) -> None:
    folder = made(tmp_path / "her")
    run = train(folder, engine, HOT.with_changes(forest_watch="stop"))
    watched, ending = read_watched(run.path), read_ending(run.path)
    assert watched
    assert watched.certain
    assert ending
    assert ending.how == "overtrained"
    assert not run.finished
    steps = [iteration.step for iteration in run.iterations]
    assert steps == [one.step for one in watched.seen] == list(range(10, steps[-1] + 1, 10))
    assert [one.verdict for one in watched.seen][-2:] == ["overtrained"] * 2
    with pytest.raises(Interrupted):
        training.resume(folder, run.path, engine, Notes(f"step {steps[-1] + 10}:"), watcher=Watcher(folder, engine))
    assert [iteration.step for iteration in run.iterations] == [*steps, steps[-1] + 10]
