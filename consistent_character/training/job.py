"""Running the host's trainer on the folder's captions, watched, stopped and gone on with."""

from __future__ import annotations

import errno
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import Engine, Iteration, TrainingWatch, TrainRequest
from consistent_character.errors import FolderError, Overtrained, RequestError
from consistent_character.learning_rate import last_step
from consistent_character.progress import Progress
from consistent_character.training.asking import request_for
from consistent_character.training.checks import preflight
from consistent_character.training.ending import Ending, failure_written, read_ending, write_ending
from consistent_character.training.runs import TrainingRun, open_run, start_run
from consistent_character.training.settings import TrainingSettings

_DISK_REFUSES = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class Watcher(Protocol):
    """Begins the watch of a run that is about to start or to go on, with its checkpoint in use."""

    def __call__(self, request: TrainRequest, seeds: int, stops: bool, progress: Progress) -> TrainingWatch | None:
        """The watch, if the run can be watched: with `seeds` pictures for each iteration, and ending it if it `stops`.

        Raises:
            Overtrained: what the run had saved before is overtrained already, and the watch stops for that.
            FolderError: the disk is full or may not be written.
            Interrupted: `progress` stopped it.
        """


def train(
    folder: CharacterFolder,
    settings: TrainingSettings,
    engine: Engine,
    progress: Progress,
    watch: TrainingWatch | None = None,
    taken: Collection[str] = (),
    watcher: Watcher | None = None,
) -> TrainingRun:
    """Train an embedding of the folder's character in a run folder of its own.

    The run folder holds `request.json`, `embeddings/<token>-N.pt`, `previews/` and `loss.csv`, and of a run that did
    not train or was stopped by its forest watch `ending.json`.
    `watch` is told of every step, iteration and preview and may stop the run; so is the forest watch that `watcher`
    begins, if the settings want one. A run that a watch has found `Overtrained` is returned like one that came to its
    end. It is trained on the character's own checkpoint, where the host
    has more than one to choose from, and what was in use before is in use again afterwards.

    Raises:
        RequestError: `preflight` found an error, or it did not train, whatever the host's trainer reports.
        FolderError: the disk is full or may not be written.
        Interrupted: `progress` or `watch` stopped it; `resume` goes on.
    """
    errors = [finding for finding in preflight(folder, settings, engine, taken) if finding.severity == "error"]
    if errors:
        more = f" ({len(errors) - 1} more before training can start.)" if len(errors) > 1 else ""
        raise RequestError(f"{errors[0]}{more}")
    with _on(engine, folder.character.checkpoint):
        request = request_for(folder, settings, folder.new_run())
        run = start_run(folder, request, engine.checkpoint, settings.forest_watch, settings.watch_seeds)
        return _run(run, engine, progress, watch, watcher)


def resume(
    folder: CharacterFolder,
    run: Path,
    engine: Engine,
    progress: Progress,
    watch: TrainingWatch | None = None,
    watcher: Watcher | None = None,
) -> TrainingRun:
    """Go on with a run from its last saved iteration, with the captions and settings that it began with.

    A finished run is returned as it is. One that its forest watch had stopped is not stopped for that again.

    Raises:
        RequestError: the host cannot train, or has another checkpoint than the run began with.
        FolderError: there is no such run, an image of it is gone, or the disk is full.
        Interrupted: `progress` or `watch` stopped it again.
    """
    found = open_run(folder, run)
    if found.finished:
        return found
    gone = [example.image.name for example in found.request.examples if not example.image.exists()]
    if gone:
        raise FolderError(
            f"{len(gone)} images of this run are gone, such as {gone[0]}. Put them back (undo) to go on, or train anew."
        )
    with _on(engine, found.checkpoint):
        if engine.checkpoint.sha256 != found.checkpoint_sha256:
            raise RequestError(
                f"This run began on the checkpoint {found.checkpoint}, and {engine.checkpoint.name} is loaded. "
                f"Load {found.checkpoint} to go on, or train anew."
            )
        return _run(found, engine, progress, watch, watcher)


def _on(engine: Engine, checkpoint: str) -> AbstractContextManager[None]:
    return engine.on(checkpoint) if engine.trainer else nullcontext()


def _run(
    run: TrainingRun, engine: Engine, progress: Progress, watch: TrainingWatch | None, watcher: Watcher | None
) -> TrainingRun:
    trainer = engine.trainer
    if trainer is None:
        raise RequestError(
            "This web UI cannot train embeddings. Train the same folder in AUTOMATIC1111 or reForge, or on its own "
            "with “python start.py ui”."
        )
    ending = read_ending(run.path)
    stops = run.forest_watch == "stop" and (ending is None or ending.how != "overtrained")
    with failure_written(run.path):
        try:
            forest = _forest_watch(run, watcher, progress, stops=stops)
            progress.begin("Training", total=run.request.steps, done=_last_step(run))
            trainer.train(run.request, _Watching(progress, watch, forest))
            _refuse_unfinished(run)
        except Overtrained as stopped:
            write_ending(run.path, Ending("overtrained", str(stopped)))
            progress.advance(units=0, note=str(stopped))
        except OSError as error:
            if error.errno not in _DISK_REFUSES:
                raise
            raise FolderError(
                f"{run.path} cannot be written ({error.strerror}): free some space, then resume this run from step "
                f"{_last_step(run)}."
            ) from error
    return run


def _forest_watch(
    run: TrainingRun, watcher: Watcher | None, progress: Progress, *, stops: bool
) -> TrainingWatch | None:
    if watcher is None or run.forest_watch == "off" or not run.request.preview_every:
        return None
    return watcher(run.request, run.watch_seeds, stops, progress)


def _last_step(run: TrainingRun) -> int:
    """Of the last saved iteration; 0 if there is none."""
    return run.iterations[-1].step if run.iterations else 0


def _refuse_unfinished(run: TrainingRun) -> None:
    """A host's trainer that returns says that it is finished: the files tell whether it is."""
    if run.request.save_every and not run.finished:
        end = last_step(run.request.learn_rate, run.request.steps)
        raise RequestError(
            f"This run did not train to its end: the trainer says that it is finished, and the last iteration on disk "
            f"is that of step {_last_step(run)} of {end}. Go on with it, or look into the host's log."
        )


class _Watching:
    """Tells the run's watches, then the progress bar, which may interrupt."""

    def __init__(self, progress: Progress, *watches: TrainingWatch | None) -> None:
        self._progress = progress
        self._watches = [watch for watch in watches if watch is not None]

    def stepped(self, step: int, steps: int, loss: float) -> None:
        """One step is done."""
        for watch in self._watches:
            watch.stepped(step, steps, loss)
        self._progress.advance(note=f"loss {loss:.4f}")

    def saved(self, iteration: Iteration) -> None:
        """An iteration is on disk."""
        for watch in self._watches:
            watch.saved(iteration)

    def previewed(self, step: int, image: Path) -> None:
        """A preview is on disk."""
        for watch in self._watches:
            watch.previewed(step, image)
