"""Textual inversion, with the meaning that AUTOMATIC1111's Train tab gives every setting.

Only the new vectors learn. All randomness of an update is drawn from the run's seed and the update's number, so a run
that was cut off and gone on with comes to the very same vectors, and a preview disturbs nothing.

Source: Gal et al. (2022), "An image is worth one word", arXiv 2208.01618.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from consistent_character.engine import Iteration, LossRequest, TrainingWatch, TrainRequest, Vectors
from consistent_character.errors import RequestError
from consistent_character.findings import Finding
from consistent_character.hosts.embedding_files import Embedding, spread
from consistent_character.hosts.iterations import IterationStore, LossLog, Start, cannot_write, due
from consistent_character.hosts.limits import check_size
from consistent_character.hosts.standalone.checkpoint import find_checkpoint
from consistent_character.hosts.standalone.conditioning import PromptReader, Words, encode
from consistent_character.hosts.standalone.drawing import Job, check_request, draw
from consistent_character.hosts.standalone.infotexts import infotext_of
from consistent_character.hosts.standalone.lessons import Batches, Lessons, generator, prepare_lessons, random_seed
from consistent_character.hosts.standalone.losses import losses
from consistent_character.hosts.standalone.model import Model
from consistent_character.hosts.standalone.schedule import TRAIN_TIMESTEPS, NoiseSchedule
from consistent_character.learning_rate import parse_schedule, rate_after
from consistent_character.prompts import guard
from consistent_character.prompts.chunks import CHUNK_SIZE
from consistent_character.prompts.pictures import as_png
from consistent_character.prompts.template import check_template

_SEEDS = 2**32
_SHORT_HASH = 10


class StandaloneTrainer:
    """Trains embeddings on a loaded model; `engine.Trainer` says what the method means."""

    def __init__(self, model: Model, schedule: NoiseSchedule) -> None:
        self._model, self._schedule = model, schedule

    def train(self, request: TrainRequest, watch: TrainingWatch) -> tuple[Iteration, ...]:
        """Train; a folder that holds iterations already is gone on with from the last one.

        Raises:
            RequestError: a setting that cannot be used, or a loss that is no number any more.
            UnsafePrompt: a training or preview prompt is refused.
            FolderError: the folder cannot be written.
            Interrupted: by `watch`.
        """
        check_training(request)
        store = IterationStore(request.folder / "embeddings", request.name)
        start = store.last(self._model.width)
        if start and start.step >= request.steps:
            return store.all()
        run = _Run(self._model, self._schedule, request, start)
        with self._model.device.training(self._model.unet):
            run.to_the_end(store, watch)
        return store.all()

    def findings(self, request: TrainRequest, checkpoint: str) -> Iterable[Finding]:
        """That the checkpoint to train on is not here; there is no other state of this host that could spoil a run."""
        if checkpoint and find_checkpoint(self._model.path, checkpoint) is None:
            message = f"The base checkpoint {Path(checkpoint).name} is not here."
            remedy = f"Put its file into {self._model.path.parent}, or name another one in character.toml."
            yield Finding("error", "checkpoint-missing", message, remedy)

    def mend(self, finding: Finding) -> None:
        """Nothing to do: what is found, a person must mend."""

    def losses(self, request: LossRequest) -> Iterator[Vectors]:
        """The loss of each embedding at the same images, noises and timesteps."""
        return losses(self._model, self._schedule, request)


def check_training(request: TrainRequest) -> None:
    """Pass a training request whose settings can be used.

    Raises:
        RequestError: says which cannot, and what to change.
        UnsafePrompt: the preview's prompt is refused.
    """
    if not request.examples:
        raise RequestError("There is nothing to train on: the training set is empty.")
    for what, value in (("steps", request.steps), ("batch size", request.batch_size)):
        if value < 1:
            raise RequestError(f"The number for {what} must be at least 1, not {value}.")
    if request.gradient_accumulation < 1:
        raise RequestError(f"Gradient accumulation must be at least 1, not {request.gradient_accumulation}.")
    if not 1 <= request.num_vectors <= CHUNK_SIZE:
        raise RequestError(f"The number of vectors must lie between 1 and {CHUNK_SIZE}, not {request.num_vectors}.")
    if min(request.save_every, request.preview_every) < 0:
        raise RequestError("Saving and previewing every so many updates takes 0 (never) or more.")
    check_size(request.width, request.height)
    check_template(request.template)
    parse_schedule(request.learn_rate)
    if request.preview_every and request.preview:
        guard.check(request.preview.prompt)
        check_request(request.preview.picture(seed=0))


def initial_vectors(model: Model, text: str, num_vectors: int) -> Tensor:
    """Vectors `(num_vectors, width)` that begin as the words of `text`, each as often as it takes; zeros without text.

    Source: the meaning of `modules/textual_inversion/textual_inversion.py: create_embedding` of A1111 1.10.1.
    """
    ids = PromptReader(model.tokenizer, {}).tokens(text)[:num_vectors]
    if not ids:
        return torch.zeros(num_vectors, model.width)
    words = model.token_embedding()(torch.tensor(ids, device=model.device.where)).detach().float().cpu()
    return spread(words, num_vectors)


class _Run:
    """One run between its start and its end: the vectors, their optimizer, and the number of updates so far."""

    def __init__(self, model: Model, schedule: NoiseSchedule, request: TrainRequest, start: Start | None) -> None:
        self._model, self._schedule, self._request = model, schedule, request
        self._rates = parse_schedule(request.learn_rate)
        self._lessons: Lessons = prepare_lessons(model, request)
        self._batches = Batches.of(request)
        self._reader = PromptReader(model.tokenizer, {request.name: request.num_vectors})
        self._step = start.step if start else 0
        self._vectors = _first_vectors(model, request, start).to(model.device.where).requires_grad_()
        self._optimizer = torch.optim.AdamW([self._vectors], lr=1.0, weight_decay=0.0)
        if start and start.optimizer:
            self._optimizer.load_state_dict(dict(start.optimizer))

    def to_the_end(self, store: IterationStore, watch: TrainingWatch) -> None:
        """Update by update, each on disk before it is told of."""
        request = self._request
        log = LossLog(request.folder / "loss.csv", self._step)
        while self._step < request.steps and (rate := rate_after(self._rates, self._step)) is not None:
            loss = self._update(rate)
            log.add(self._step, self._batches.steps_per_epoch, loss, rate)
            last = self._step == request.steps or rate_after(self._rates, self._step) is None
            iteration = self._save(store) if last or due(self._step, request.save_every) else None
            preview = self._preview() if due(self._step, request.preview_every) else None
            watch.stepped(self._step, request.steps, loss)
            if iteration:
                watch.saved(iteration)
            if preview:
                watch.previewed(self._step, preview)

    def _update(self, rate: float) -> float:
        """One optimizer update; returns its loss, the mean over what is accumulated."""
        batches = self._batches.of_update(self._step)
        total = 0.0
        for number, chosen in enumerate(batches):
            loss = self._loss(chosen, generator(self._request.seed, "update", self._step, number)) / len(batches)
            torch.autograd.backward(loss)
            total += float(loss.detach())
        self._refuse_nonsense(total)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self._step += 1
        return total

    def _loss(self, chosen: list[int], draw: torch.Generator) -> Tensor:
        """Mean squared error of what the UNet predicts for one batch, noised at random timesteps."""
        device, count = self._model.device.where, len(chosen)
        clean = self._lessons.latents(chosen, draw).to(device)
        noise = torch.randn(clean.shape, generator=draw).to(device)
        times = torch.randint(0, TRAIN_TIMESTEPS, (count,), generator=draw)
        share = self._schedule.alphas_cumprod[times].view(-1, 1, 1, 1).to(device)
        noised = share.sqrt() * clean + (1 - share).sqrt() * noise
        wanted = share.sqrt() * noise - (1 - share).sqrt() * clean if self._model.prediction == "v" else noise
        predicted = self._model.unet(noised, times.to(device), self._words(chosen)).sample
        return functional.mse_loss(predicted.float(), wanted)

    def _words(self, chosen: list[int]) -> Tensor:
        """The conditioning of one batch; shorter prompts are filled up with empty chunks."""
        layouts = [self._lessons.layouts[place] for place in chosen]
        longest = max(map(len, layouts))
        vectors = {self._request.name: self._vectors}
        return torch.cat(encode(self._model, [(self._reader.padded(layout, longest), vectors) for layout in layouts]))

    def _refuse_nonsense(self, loss: float) -> None:
        gradient = self._vectors.grad
        if math.isfinite(loss) and gradient is not None and bool(torch.isfinite(gradient).all()):
            return
        raise RequestError(
            f"The loss is no number any more at update {self._step + 1}: stopped before anything was spoilt. "
            f"Train with a lower learning rate than {self._request.learn_rate}; iterations saved so far are kept."
        )

    def _save(self, store: IterationStore) -> Iteration:
        about = self._model.info
        embedding = Embedding(
            vectors=self._vectors.detach(),
            name=f"{self._request.name}-{self._step}",
            step=self._step,
            checkpoint_hash=about.sha256[:_SHORT_HASH],
            checkpoint_name=about.name,
        )
        return store.save(embedding, self._step, self._optimizer.state_dict())

    def _preview(self) -> Path | None:
        """Draw the preview from the vectors as they are now."""
        if self._request.preview is None:
            return None
        drawn_seed = random_seed(self._request.seed, "preview", self._step) % _SEEDS
        asked = self._request.preview.picture(drawn_seed)
        vectors = {self._request.name: self._vectors.detach().clone()}
        job = Job(asked, self._reader.lay_out(asked.prompt), self._reader.lay_out(asked.negative_prompt), vectors)
        image = draw(Words(self._model), self._schedule, [job])[0]
        content = as_png(image, infotext_of(asked, self._model.info))
        path = self._request.folder / "previews" / f"{self._request.name}-{self._step}.png"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(".tmp")
            temporary.write_bytes(content)
            temporary.replace(path)
        except OSError as error:
            raise cannot_write(path, error) from error
        return path


def _first_vectors(model: Model, request: TrainRequest, start: Start | None) -> Tensor:
    if start is None:
        return initial_vectors(model, request.initialization_text, request.num_vectors)
    return start.vectors(request)
