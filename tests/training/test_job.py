"""Training with a trainer that takes no time: what it is asked for, what is on disk, stopping and going on."""

from __future__ import annotations

import errno
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from consistent_character import training
from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import Iteration, TrainingWatch, TrainRequest
from consistent_character.errors import FolderError, Interrupted, RequestError
from consistent_character.progress import Silent
from consistent_character.training import TrainingSettings
from consistent_character.training.ending import Ending, read_ending
from tests.fakes import FakeEngine, FakeTrainer
from tests.training.cases import CAPTION, TOKEN

SETTINGS = TrainingSettings(width=64, height=64, steps=20, save_every=5, num_vectors=4, learn_rate="0.005:10, 0.001")


class Heard(Silent):
    """Progress and watch in one; stops after `stop_after` steps."""

    def __init__(self, stop_after: int = 0) -> None:
        super().__init__()
        self.begun: list[tuple[int, int]] = []
        self.steps: list[int] = []
        self.iterations: list[int] = []
        self._stop_after = stop_after

    def begin(self, job: str, total: int, done: int = 0) -> None:
        self.begun.append((total, done))

    def stepped(self, step: int, steps: int, loss: float) -> None:
        self.steps.append(step)
        if len(self.steps) == self._stop_after:
            raise Interrupted("enough")

    def saved(self, iteration: Iteration) -> None:
        self.iterations.append(iteration.step)

    def previewed(self, step: int, image: Path) -> None:
        raise AssertionError("the fake trainer makes no previews")


def test_a_run_is_written_down_and_watched(folder: CharacterFolder) -> None:
    trainer, heard = FakeTrainer(), Heard()
    run = training.train(folder, SETTINGS, FakeEngine(trainer=trainer), heard, heard)
    (request,) = trainer.requests
    assert folder.runs() == (run.path,)
    assert request.folder == run.path
    assert (request.name, request.learn_rate, request.num_vectors) == (TOKEN, "0.005:10, 0.001", 4)
    assert [example.caption for example in request.examples[:2]] == [f"{CAPTION}, 0", f"{CAPTION}, 1"]
    assert [example.image.name for example in request.examples[:2]] == ["00.png", "01.png"]
    assert request.preview is not None
    assert request.preview.prompt == f"an extreme closeup color photo of {TOKEN} in a forest"
    assert heard.begun == [(20, 0)]
    assert heard.steps == list(range(1, 21))
    assert heard.iterations == [5, 10, 15, 20]
    assert [iteration.step for iteration in run.iterations] == [5, 10, 15, 20]
    assert run.iterations[0].path == run.path / "embeddings" / f"{TOKEN}-5.pt"
    assert run.finished
    assert (run.path / "loss.csv").exists()


def test_captions_are_trained_without_what_nobody_sees(folder: CharacterFolder) -> None:
    (folder.images / "00.txt").write_bytes(b"\xef\xbb\xbf" + CAPTION.encode() + b"\r\n")
    trainer = FakeTrainer()
    training.train(folder, SETTINGS, FakeEngine(trainer=trainer), Silent())
    assert trainer.requests[0].examples[0].caption == CAPTION


def test_the_request_comes_back_whole_also_after_the_folder_was_moved(folder: CharacterFolder) -> None:
    run = training.train(folder, SETTINGS, FakeEngine(trainer=FakeTrainer()), Silent())
    assert training.open_run(folder, run.path) == run
    folder.close()
    elsewhere = folder.path.with_name("elsewhere")
    shutil.move(folder.path, elsewhere)
    moved = training.open_run(CharacterFolder.open(elsewhere), elsewhere / "runs" / run.path.name)
    assert moved.request.examples[0].image == elsewhere / "images" / "00.png"
    assert replace(moved.request, folder=run.path, examples=()) == replace(run.request, examples=())
    assert json.loads((moved.path / "request.json").read_text(encoding="utf-8"))["checkpoint"]["name"] == "fake"


def test_an_error_stops_it_before_anything_is_written(folder: CharacterFolder) -> None:
    (folder.images / "00.txt").unlink()
    trainer = FakeTrainer()
    with pytest.raises(RequestError, match="The prompt template is empty") as caught:
        training.train(folder, replace(SETTINGS, template=()), FakeEngine(trainer=trainer), Silent())
    assert "(1 more before training can start.)" in str(caught.value)
    assert (trainer.requests, folder.runs()) == ([], ())


def test_warnings_do_not_stop_it(folder: CharacterFolder) -> None:
    (folder.images / "00.txt").write_text("a photo, (gray:1.3)", encoding="utf-8")
    assert training.train(folder, SETTINGS, FakeEngine(trainer=FakeTrainer()), Silent()).finished


@pytest.mark.parametrize("watch", [True, False])
def test_stopped_by_the_user_it_goes_on_from_the_last_iteration(folder: CharacterFolder, watch: bool) -> None:
    heard, progress = Heard(stop_after=12), Silent()
    if not watch:
        progress.interrupt()
    with pytest.raises(Interrupted):
        training.train(folder, SETTINGS, FakeEngine(trainer=FakeTrainer()), progress, heard if watch else None)
    (path,) = folder.runs()
    stopped = training.open_run(folder, path)
    assert [iteration.step for iteration in stopped.iterations] == ([5, 10] if watch else [])
    assert not stopped.finished
    (folder.images / "00.txt").write_text("changed since", encoding="utf-8")
    heard, trainer = Heard(), FakeTrainer()
    run = training.resume(folder, path, FakeEngine(trainer=trainer), heard, heard)
    assert heard.begun == [(20, 10 if watch else 0)]
    assert heard.steps == list(range(11 if watch else 1, 21))
    assert run.finished
    assert folder.runs() == (path,)
    assert trainer.requests[0].examples[0].caption == f"{CAPTION}, 0", "a run keeps the captions that it began with"


def test_a_run_whose_learning_rate_ends_is_finished_there(folder: CharacterFolder) -> None:
    engine = FakeEngine(trainer=FakeTrainer(interrupt_at=10))
    with pytest.raises(Interrupted):
        training.train(folder, replace(SETTINGS, learn_rate="0.005:10"), engine, Silent())
    assert training.open_run(folder, folder.runs()[0]).finished


def test_a_finished_run_is_not_trained_again(folder: CharacterFolder) -> None:
    run = training.train(folder, SETTINGS, FakeEngine(trainer=FakeTrainer()), Silent())
    trainer = FakeTrainer()
    assert training.resume(folder, run.path, FakeEngine(trainer=trainer), Silent()) == run
    assert trainer.requests == []


def _stopped_run(folder: CharacterFolder) -> Path:
    with pytest.raises(Interrupted):
        training.train(folder, SETTINGS, FakeEngine(trainer=FakeTrainer(interrupt_at=7)), Silent())
    return folder.runs()[0]


def test_another_checkpoint_does_not_go_on_with_a_run(folder: CharacterFolder) -> None:
    path = _stopped_run(folder)
    with pytest.raises(RequestError, match="Load fake to go on"):
        training.resume(folder, path, FakeEngine(trainer=FakeTrainer(), sha256="0" * 64), Silent())


def test_a_host_without_trainer_does_not_go_on_with_a_run(folder: CharacterFolder) -> None:
    path = _stopped_run(folder)
    with pytest.raises(RequestError, match="cannot train"):
        training.resume(folder, path, FakeEngine(), Silent())


def test_images_that_are_gone_are_named(folder: CharacterFolder) -> None:
    path = _stopped_run(folder)
    folder.move_out([(folder.pairs()[2], "surplus")])
    with pytest.raises(FolderError, match=r"such as 02\.png.*undo"):
        training.resume(folder, path, FakeEngine(trainer=FakeTrainer()), Silent())
    folder.undo()
    assert training.resume(folder, path, FakeEngine(trainer=FakeTrainer()), Silent()).finished


@pytest.mark.parametrize("content", [None, "", "{}", '{"checkpoint": {}}', "[]"])
def test_a_folder_that_is_no_run_is_named(folder: CharacterFolder, content: str | None) -> None:
    path = folder.new_run()
    if content is not None:
        (path / "request.json").write_text(content, encoding="utf-8")
    with pytest.raises(FolderError, match=r"request\.json"):
        training.resume(folder, path, FakeEngine(trainer=FakeTrainer()), Silent())


def test_other_embeddings_in_the_run_folder_are_not_iterations(folder: CharacterFolder) -> None:
    run = training.train(folder, SETTINGS, FakeEngine(trainer=FakeTrainer()), Silent())
    for name in (f"{TOKEN}.pt", f"{TOKEN}-x.pt", f"other-{TOKEN}-3.pt", f"{TOKEN}-7.pt.part", f"{TOKEN}-2-9.pt"):
        (run.path / "embeddings" / name).write_bytes(b"")
    assert [iteration.step for iteration in run.iterations] == [5, 10, 15, 20]


@pytest.mark.parametrize(("code", "kind"), [(errno.ENOSPC, FolderError), (errno.EIO, OSError)])
def test_a_full_disk_is_one_line_and_other_trouble_keeps_its_traceback(
    folder: CharacterFolder, code: int, kind: type[Exception]
) -> None:
    class Fills(FakeTrainer):
        def train(self, request: TrainRequest, watch: TrainingWatch) -> tuple[Iteration, ...]:
            raise OSError(code, "the disk says no")

    with pytest.raises(kind, match="the disk says no") as caught:
        training.train(folder, SETTINGS, FakeEngine(trainer=Fills()), Silent())
    assert caught.type is kind
    assert training.resume(folder, folder.runs()[0], FakeEngine(trainer=FakeTrainer()), Silent()).finished


def test_settings_have_only_known_names() -> None:
    assert SETTINGS.with_changes(steps=3).steps == 3
    with pytest.raises(RequestError, match="no training setting stepz"):
        SETTINGS.with_changes(stepz=3)


def test_it_trains_on_the_characters_checkpoint_and_gives_the_other_back(folder: CharacterFolder) -> None:
    folder.character = replace(folder.character, checkpoint="base.safetensors")
    trainer = FakeTrainer(interrupt_at=7)
    engine = FakeEngine(trainer=trainer)
    with pytest.raises(Interrupted):
        training.train(folder, SETTINGS, engine, Silent())
    training.resume(folder, folder.runs()[0], engine, Silent())
    assert engine.used == ["base.safetensors", "as before", "fake", "as before"]


def test_a_run_that_did_not_train_says_so_whatever_the_trainer_reports(folder: CharacterFolder) -> None:
    class Lazy(FakeTrainer):
        """Says that it is finished when it is at step 10."""

        def train(self, request: TrainRequest, watch: TrainingWatch) -> tuple[Iteration, ...]:
            return super().train(replace(request, steps=10), watch)

    with pytest.raises(RequestError, match=r"did not train to its end.* step 10 of 20") as refused:
        training.train(folder, SETTINGS, FakeEngine(trainer=Lazy()), Silent())
    (run,) = folder.runs()
    assert read_ending(run) == Ending("failed", str(refused.value))
    training.resume(folder, run, FakeEngine(trainer=FakeTrainer()), Silent())
    assert read_ending(run) is None


def test_what_a_run_failed_with_is_written_down(folder: CharacterFolder) -> None:
    class Fails(FakeTrainer):
        def train(self, request: TrainRequest, watch: TrainingWatch) -> tuple[Iteration, ...]:
            super().train(request, watch)
            raise RequestError("nothing was learned")

    with pytest.raises(RequestError):
        training.train(folder, SETTINGS, FakeEngine(trainer=Fails()), Silent())
    assert read_ending(folder.runs()[0]) == Ending("failed", "nothing was learned")
    with pytest.raises(Interrupted):
        training.train(folder, SETTINGS, FakeEngine(trainer=FakeTrainer(interrupt_at=7)), Silent())
    assert read_ending(folder.runs()[1]) is None
