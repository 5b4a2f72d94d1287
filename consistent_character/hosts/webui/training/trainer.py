"""Textual inversion by the web UI's own trainer; `engine.Trainer` says what each method means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from modules import safe, shared
from modules.textual_inversion import textual_inversion

from consistent_character.engine import Iteration, LossRequest, TrainingWatch, TrainRequest, Vectors
from consistent_character.errors import Interrupted, RequestError
from consistent_character.findings import Finding
from consistent_character.hosts.iterations import IterationStore, Start
from consistent_character.hosts.webui import preflight
from consistent_character.hosts.webui.training.arguments import arguments, takes
from consistent_character.hosts.webui.training.beginning import first_embedding, width
from consistent_character.hosts.webui.training.checks import check_training
from consistent_character.hosts.webui.training.hooks import hooked
from consistent_character.hosts.webui.training.losses import losses
from consistent_character.hosts.webui.training.run import Run
from consistent_character.hosts.webui.training.surroundings import ready_to_train, seeded
from consistent_character.hosts.webui.training.workplace import workplace

_STOPPED = "Stopped. What was finished is kept; start the run again to go on from its last iteration."


def find_trainer() -> WebUITrainer | None:
    """The trainer, where the host has a Train tab that works as that of A1111 1.10.1 does; Forge has none."""
    function = getattr(textual_inversion, "train_embedding", None)
    hooks = ("save_embedding", "write_loss", "LearnRateScheduler", "errors")
    known = callable(function) and takes(function) and all(hasattr(textual_inversion, name) for name in hooks)
    return WebUITrainer() if known else None


class WebUITrainer:
    """Trains through `modules.textual_inversion`. The caller holds the web UI's queue.

    A run that was interrupted goes on with the vectors and the optimizer of its last iteration. Its images then begin
    a new round, so it does not come to the very same vectors as a run that was never stopped.
    """

    def train(self, request: TrainRequest, watch: TrainingWatch) -> tuple[Iteration, ...]:
        """Train; a folder that holds iterations already is gone on with from the last one.

        Raises:
            RequestError: a setting that cannot be used, or it did not train, whatever the web UI's trainer reports.
            UnsafePrompt: a training or preview prompt is refused.
            FolderError: the folder cannot be written.
            Interrupted: by `watch`, or by the web UI's Interrupt.
        """
        check_training(request)
        # torch's own loader: the web UI's takes what a newer torch has written for malicious.
        store = IterationStore(request.folder / "embeddings", request.name, safe.unsafe_torch_load)
        start = store.last(width())
        run = Run(request, store, first_embedding(request, start), watch)
        if start is None or start.step < run.end:
            with seeded(request.seed), ready_to_train(run.embedding):
                run.refuse_unnamed()
                _to_the_end(run, start)
        return store.all()

    def findings(self, request: TrainRequest, checkpoint: str) -> Iterable[Finding]:
        """What about this web UI would spoil the run."""
        return preflight.findings(request, checkpoint)

    def mend(self, finding: Finding) -> None:
        """Unload the VAE, look for the checkpoint again, and so on."""
        preflight.mend(finding)

    def losses(self, request: LossRequest) -> Iterator[Vectors]:
        """The loss of each embedding, with what the web UI has loaded."""
        return losses(request)


def _to_the_end(run: Run, start: Start | None) -> None:
    with workplace(run.request) as place, hooked(run, start) as hooks, _interruptible():
        textual_inversion.train_embedding(**arguments(run.request, place))
        if hooks.failure is not None:
            raise hooks.failure
        if shared.state.interrupted and (run.embedding.step or 0) < run.end:
            raise Interrupted(_STOPPED)
        run.refuse_untrained()


@contextmanager
def _interruptible() -> Iterator[None]:
    """Errors as the caller knows them: the dataset calls an interruption just an exception, torch a lack of memory."""
    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        raise RequestError(
            "The graphics card has not enough memory for this run: train at a smaller size or batch size, or turn on "
            '"Move VAE and CLIP to RAM when training" in the settings.'
        ) from error
    except Exception as error:
        if _is_interruption(error):
            raise Interrupted(_STOPPED) from error
        raise


def _is_interruption(error: Any) -> bool:
    return bool(shared.state.interrupted) and type(error) is Exception and str(error) == "interrupted"
