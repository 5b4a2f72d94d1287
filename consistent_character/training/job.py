"""Running the host's trainer on the folder's captions, watched, stopped and gone on with."""

from __future__ import annotations

import errno
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import Engine, Iteration, TrainingWatch
from consistent_character.errors import FolderError, Interrupted, RequestError
from consistent_character.learning_rate import last_step
from consistent_character.progress import Progress
from consistent_character.training.asking import request_for
from consistent_character.training.checks import preflight
from consistent_character.training.ending import Ending, failure_written, write_ending
from consistent_character.training.forest_watch import ForestWatch, overtrained_since
from consistent_character.training.runs import TrainingRun, open_run, start_run
from consistent_character.training.settings import TrainingSettings

_DISK_REFUSES = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def train(
    folder: CharacterFolder,
    settings: TrainingSettings,
    engine: Engine,
    progress: Progress,
    watch: TrainingWatch | None = None,
    taken: Collection[str] = (),
) -> TrainingRun:
    """Train an embedding of the folder's character in a run folder of its own.

    The run folder holds `request.json`, `embeddings/<token>-N.pt`, `previews/`, `loss.csv` and `forest-watch.csv`, and
    of a run that did not train or was stopped by the forest watch `ending.json`.
    `watch` is told of every step, iteration and preview and may stop the run. A run that the forest watch has stopped
    is returned like one that came to its end. It is trained on the character's own checkpoint, where the host
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
        run = start_run(folder, request, engine.checkpoint, settings.forest_watch)
        return _run(run, engine, progress, watch)


def resume(
    folder: CharacterFolder, run: Path, engine: Engine, progress: Progress, watch: TrainingWatch | None = None
) -> TrainingRun:
    """Go on with a run from its last saved iteration, with the captions and settings that it began with.

    A finished run is returned as it is.

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
        return _run(found, engine, progress, watch)


def _on(engine: Engine, checkpoint: str) -> AbstractContextManager[None]:
    return engine.trainer.on(checkpoint) if engine.trainer else nullcontext()


def _run(run: TrainingRun, engine: Engine, progress: Progress, watch: TrainingWatch | None) -> TrainingRun:
    trainer = engine.trainer
    if trainer is None:
        raise RequestError(
            "This web UI cannot train embeddings. Train the same folder in AUTOMATIC1111 or reForge, or on its own "
            "with “python start.py ui”."
        )
    done = _last_step(run)
    progress.begin("Training", total=run.request.steps, done=done)
    forest = ForestWatch.begin(run.request, done) if run.forest_watch != "off" and run.request.preview_every else None
    with failure_written(run.path):
        try:
            trainer.train(run.request, _Watching(progress, watch, forest, stops=run.forest_watch == "stop"))
            _refuse_unfinished(run)
        except _OvertrainedError as stopped:
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


class _OvertrainedError(Interrupted):
    """The forest watch has ended the run."""


class _Watching:
    """Tells the run's watch, then the progress bar, which may interrupt; looks at previews, and may stop for it."""

    def __init__(
        self, progress: Progress, watch: TrainingWatch | None, forest: ForestWatch | None, *, stops: bool
    ) -> None:
        self._progress = progress
        self._watch = watch
        self._forest = forest
        self._stops = stops

    def stepped(self, step: int, steps: int, loss: float) -> None:
        """One step is done."""
        if self._watch:
            self._watch.stepped(step, steps, loss)
        self._progress.advance(note=f"loss {loss:.4f}")

    def saved(self, iteration: Iteration) -> None:
        """An iteration is on disk."""
        if self._watch:
            self._watch.saved(iteration)

    def previewed(self, step: int, image: Path) -> None:
        """A preview is on disk."""
        if self._watch:
            self._watch.previewed(step, image)
        if self._forest:
            self._look(self._forest, step, image)

    def _look(self, forest: ForestWatch, step: int, image: Path) -> None:
        found = forest.look(step, image)
        told = {"scene": "the scene is there", "lost": "the scene is lost", "unsure": "no scene yet"}[found.verdict]
        self._progress.advance(units=0, note=f"preview {step}: {told}")
        since = overtrained_since(forest.seen)
        if since is not None and self._stops:
            raise _OvertrainedError(
                f"Stopped at step {step}: overtrained since step {since}, whose preview lost its scene."
            )
