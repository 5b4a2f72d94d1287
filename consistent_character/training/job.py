"""Running the host's trainer on the folder's captions, watched, stopped and gone on with."""

from __future__ import annotations

import errno
from collections.abc import Collection
from pathlib import Path

from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import Engine, Iteration, TrainingExample, TrainingWatch, TrainRequest
from consistent_character.errors import FolderError, RequestError
from consistent_character.progress import Progress
from consistent_character.training.captions import read_all
from consistent_character.training.checks import preflight
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

    The run folder holds `request.json`, `embeddings/<token>-N.pt`, `previews/` and `loss.csv`. `watch` is told of every
    step, iteration and preview and may stop the run.

    Raises:
        RequestError: `preflight` found an error.
        FolderError: the disk is full or may not be written.
        Interrupted: `progress` or `watch` stopped it; `resume` goes on.
    """
    errors = [finding for finding in preflight(folder, settings, engine, taken) if finding.severity == "error"]
    if errors:
        more = f" ({len(errors) - 1} more before training can start.)" if len(errors) > 1 else ""
        raise RequestError(f"{errors[0]}{more}")
    request = request_for(folder, settings, folder.new_run())
    return _run(start_run(folder, request, engine.checkpoint), engine, progress, watch)


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
    if engine.checkpoint.sha256 != found.checkpoint_sha256:
        raise RequestError(
            f"This run began on the checkpoint {found.checkpoint}, and {engine.checkpoint.name} is loaded. "
            f"Load {found.checkpoint} to go on, or train anew."
        )
    gone = [example.image.name for example in found.request.examples if not example.image.exists()]
    if gone:
        raise FolderError(
            f"{len(gone)} images of this run are gone, such as {gone[0]}. Put them back (undo) to go on, or train anew."
        )
    return _run(found, engine, progress, watch)


def request_for(folder: CharacterFolder, settings: TrainingSettings, run: Path) -> TrainRequest:
    """The trainer's request for the folder's captions as they are now."""
    token = folder.character.token
    return TrainRequest(
        name=token,
        folder=run,
        examples=tuple(TrainingExample(image.image, image.text) for image in read_all(folder)),
        initialization_text=settings.initialization_text,
        num_vectors=settings.num_vectors,
        learn_rate=settings.learn_rate,
        batch_size=settings.batch_size,
        gradient_accumulation=settings.gradient_accumulation,
        steps=settings.steps,
        template=settings.template,
        width=settings.width,
        height=settings.height,
        latent_sampling=settings.latent_sampling,
        save_every=settings.save_every,
        preview_every=settings.preview_every,
        preview=settings.preview(token),
        seed=settings.seed,
    )


def _run(run: TrainingRun, engine: Engine, progress: Progress, watch: TrainingWatch | None) -> TrainingRun:
    trainer = engine.trainer
    if trainer is None:
        raise RequestError("This web UI cannot train embeddings. Train in AUTOMATIC1111 or reForge, or on its own.")
    done = run.iterations[-1].step if run.iterations else 0
    progress.begin("Training", total=run.request.steps, done=done)
    try:
        trainer.train(run.request, _Watching(progress, watch))
    except OSError as error:
        if error.errno not in _DISK_REFUSES:
            raise
        raise FolderError(
            f"{run.path} cannot be written ({error.strerror}): free some space, then resume this run from step "
            f"{run.iterations[-1].step if run.iterations else 0}."
        ) from error
    return run


class _Watching:
    """Tells the run's watch, then the progress bar, which may interrupt."""

    def __init__(self, progress: Progress, watch: TrainingWatch | None) -> None:
        self._progress = progress
        self._watch = watch

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
