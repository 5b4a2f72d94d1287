"""One run, told of every step by the hooks in the web UI's trainer: checks, saves, previews, and tells the watch."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch

from consistent_character.engine import Iteration, TrainingWatch, TrainRequest
from consistent_character.errors import RequestError
from consistent_character.hosts.embedding_files import Embedding
from consistent_character.hosts.iterations import IterationStore, LossLog, due
from consistent_character.hosts.webui.checkpoints import loaded_model
from consistent_character.hosts.webui.training.previews import draw_preview, vae_on_device
from consistent_character.hosts.webui.training.surroundings import is_named, number, stands_for_its_name
from consistent_character.learning_rate import last_step
from consistent_character.prompts.template import fill

_PATIENCE = 40
"""On a graphics card, steps without any change before it is no start of mixed precision any more: that halves its scale
with each until it fits, from 65536 on."""


class Run:
    """A run between its start and its end. `embedding` is the web UI's own object, whose vectors are trained."""

    def __init__(self, request: TrainRequest, store: IterationStore, embedding: Any, watch: TrainingWatch) -> None:
        self.request, self.embedding = request, embedding
        self.end = last_step(request.learn_rate, request.steps)
        self._store, self._watch = store, watch
        self._log = LossLog(request.folder / "loss.csv", embedding.step)
        self._first = self._last = _copy(embedding)
        self._unchanged = 0
        self._patience = _PATIENCE if torch.cuda.is_available() else 1

    def stepped(self, step: int, loss: float, learn_rate: float, steps_per_epoch: int, optimizer: Any) -> None:
        """The trainer has done update `step`. What is spoilt is not saved.

        Raises:
            RequestError: it does not train any more; says why.
            Interrupted: by the watch.
            FolderError: the run's folder cannot be written.
        """
        self._refuse_lost_images(steps_per_epoch)
        self._refuse_nonsense(step, loss)
        self._refuse_standstill(step)
        self._log.add(step, steps_per_epoch, loss, learn_rate)
        iteration = self._save(step, optimizer) if step == self.end or due(step, self.request.save_every) else None
        preview = self._preview(step)
        self._watch.stepped(step, self.request.steps, loss)
        if iteration:
            with vae_on_device():  # the watch may draw
                self._watch.saved(iteration)
        if preview:
            self._watch.previewed(step, preview)

    def refuse_unnamed(self) -> None:
        """The embedding is known to the web UI by now: does every training prompt come to it?

        Raises:
            RequestError: one does not.
        """
        for example in self.request.examples:
            for line in self.request.template:
                prompt = fill(line, self.request.name, example.caption)
                if not is_named(self.embedding, prompt):
                    raise RequestError(
                        f"The training prompt of {example.image.name} does not come to the embedding "
                        f"{self.request.name}: {prompt!r}. Put a space or a comma before and after [name] in the "
                        "template."
                    )

    def refuse_untrained(self) -> None:
        """The trainer says that it is finished. Is it?

        Raises:
            RequestError: it is not; says why.
        """
        step = self.embedding.step or 0
        if step < self.end:
            raise RequestError(
                f"The web UI's trainer stopped at step {step} of {self.end} without saying why; its log may tell. "
                "Start the run again to go on from its last iteration."
            )
        if torch.equal(_copy(self.embedding), self._first):
            raise RequestError(
                "The web UI's trainer says that it has finished, but the vectors are those that it began with: nothing "
                "was learned. Every template line needs [name] as a word of its own."
            )

    def _refuse_lost_images(self, steps_per_epoch: int) -> None:
        count = len(self.request.examples)
        batch = min(self.request.batch_size, count)
        if steps_per_epoch != count // batch // min(self.request.gradient_accumulation, count // batch):
            raise RequestError(
                f"The web UI could not read all of the {count} images of this run. Save them anew as PNG, or "
                "take those out of the training set that it shows broken."
            )

    def _refuse_nonsense(self, step: int, loss: float) -> None:
        if math.isfinite(loss) and bool(torch.isfinite(self.embedding.vec).all()):
            return
        raise RequestError(
            f"The loss is no number any more at update {step}: stopped before anything spoilt was saved. Train with a "
            f"lower learning rate than {self.request.learn_rate}, or start the web UI with --no-half or "
            "--upcast-sampling; iterations saved so far are kept."
        )

    def _refuse_standstill(self, step: int) -> None:
        """The trainer would go on to the end with vectors that nothing listens to any more, and report success."""
        if not stands_for_its_name(self.embedding):
            raise RequestError(
                f"Another part of the web UI has put something in this embedding's place at step {step}, and training "
                "would have gone on without effect. Start the run again: it goes on from its last iteration."
            )
        now = _copy(self.embedding)
        self._unchanged = self._unchanged + 1 if torch.equal(now, self._last) else 0
        self._last = now
        if self._unchanged >= self._patience:
            raise RequestError(
                f"Nothing was learned in the last {self._unchanged} of {step} steps: stopped. Start the web UI with "
                "--no-half or --upcast-sampling, or take a higher learning rate."
            )

    def _save(self, step: int, optimizer: Any) -> Iteration:
        about = loaded_model().sd_checkpoint_info
        embedding = Embedding(
            vectors=self.embedding.vec.detach(),
            name=f"{self.request.name}-{step}",
            step=step,
            checkpoint_hash=about.shorthash or "",
            checkpoint_name=about.model_name,
        )
        iteration = self._store.save(embedding, step, optimizer.state_dict())
        self._verify(iteration)
        return iteration

    def _verify(self, iteration: Iteration) -> None:
        """What is on disk is what was trained; that it has changed since the one before is known from every step."""
        read = self._store.read(iteration, self._last.shape[1]).vectors
        if not torch.equal(read, self._last):
            raise RequestError(
                f"{iteration.path} does not hold what was written: check the disk. The run goes on from the iteration "
                "before once that file is removed."
            )

    def _preview(self, step: int) -> Path | None:
        preview = self.request.preview
        if preview is None or not due(step, self.request.preview_every):
            return None
        path = self.request.folder / "previews" / f"{self.request.name}-{step}.png"
        draw_preview(preview, number(self.request.seed, "preview", step), path)
        return path


def _copy(embedding: Any) -> torch.Tensor:
    vectors: torch.Tensor = embedding.vec
    return vectors.detach().to("cpu", torch.float32, copy=True)
