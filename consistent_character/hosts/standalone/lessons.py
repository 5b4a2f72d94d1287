"""What a textual inversion learns from: each image's latents, encoded once, and the prompt that goes with it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor

from consistent_character.engine import LatentSampling, TrainingExample, TrainRequest
from consistent_character.errors import RequestError
from consistent_character.hosts.standalone.conditioning import Layout, PromptReader
from consistent_character.hosts.standalone.model import Model
from consistent_character.hosts.training_pictures import pixels_of
from consistent_character.prompts import guard
from consistent_character.prompts.template import fill


def random_seed(seed: int, *purpose: object) -> int:
    """A seed for one purpose of a run, such as its 17th update, so that no random state must be kept."""
    text = "/".join(map(str, (seed, *purpose)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")


def generator(seed: int, *purpose: object) -> torch.Generator:
    """A torch generator on the CPU, seeded by `random_seed`."""
    return torch.Generator("cpu").manual_seed(random_seed(seed, *purpose))


@dataclass(frozen=True)
class Lessons:
    """All examples; `mean` and `deviation` of their latents are `(n, 4, h, w)`, on the CPU, scaled for the UNet."""

    layouts: tuple[Layout, ...]
    mean: Tensor
    deviation: Tensor
    sampling: LatentSampling
    seed: int

    def __len__(self) -> int:
        return len(self.layouts)

    def latents(self, chosen: Sequence[int], draw: torch.Generator) -> Tensor:
        """Latents of the chosen examples; `draw` is only used if they are drawn anew each time."""
        places = list(chosen)
        if self.sampling == "deterministic":
            return self.mean[places]
        if self.sampling == "once":
            noise = torch.stack([self._noise(generator(self.seed, "latents", place)) for place in places])
        else:
            noise = torch.stack([self._noise(draw) for _ in places])
        return self.mean[places] + self.deviation[places] * noise

    def _noise(self, draw: torch.Generator) -> Tensor:
        return torch.randn(self.mean.shape[1:], generator=draw)


def prepare_lessons(model: Model, request: TrainRequest) -> Lessons:
    """Encode the images and lay out their prompts.

    One template line is drawn for each image, for the whole run, as the web UI does without tag shuffling.

    Raises:
        RequestError: an image cannot be read, or a prompt does not hold the embedding's name.
        UnsafePrompt: a prompt is refused.
    """
    reader = PromptReader(model.tokenizer, {request.name: request.num_vectors})
    lines = Random(random_seed(request.seed, "template"))
    layouts = [_lesson(reader, request, example, lines.choice(request.template)) for example in request.examples]
    encoded = [encode_image(model, example, request.width, request.height) for example in request.examples]
    mean, deviation = (torch.cat(parts) for parts in zip(*encoded, strict=True))
    return Lessons(tuple(layouts), mean, deviation, request.latent_sampling, request.seed)


def _lesson(reader: PromptReader, request: TrainRequest, example: TrainingExample, line: str) -> Layout:
    prompt = fill(line, request.name, example.caption)
    guard.check(prompt)
    layout = reader.lay_out(prompt)
    if not any(part.embeddings for part in layout):
        raise RequestError(
            f"The training prompt of {example.image.name} does not come to the embedding {request.name}: {prompt!r}. "
            "Put a space or a comma before and after [name] in the template."
        )
    return layout


@torch.no_grad()
def encode_image(model: Model, example: TrainingExample, width: int, height: int) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of one image's latents, each `(1, 4, h, w)`."""
    pixels = torch.from_numpy(pixels_of(example, width, height)).permute(2, 0, 1).unsqueeze(0)
    spread = model.vae.encode(pixels.to(model.device.where)).latent_dist
    scale = float(model.vae.config.scaling_factor)
    return (spread.mean * scale).cpu(), (spread.std * scale).cpu()


@dataclass(frozen=True)
class Batches:
    """Which examples make which update: every epoch in a new order, what fills no whole batch left out, as in A1111.

    A batch is never larger than the training set, and no more batches are accumulated than an epoch has.
    """

    count: int
    batch_size: int
    accumulation: int
    seed: int

    @classmethod
    def of(cls, request: TrainRequest) -> Batches:
        """The batches of a run."""
        count = len(request.examples)
        batch_size = min(request.batch_size, count)
        return cls(count, batch_size, min(request.gradient_accumulation, count // batch_size), request.seed)

    @property
    def steps_per_epoch(self) -> int:
        """Updates of an epoch."""
        return self.count // self.batch_size // self.accumulation

    def of_update(self, updates: int) -> list[list[int]]:
        """The examples' places, batch by batch, of the update that follows `updates` earlier ones."""
        epoch, place = divmod(updates, self.steps_per_epoch)
        order = list(range(self.count))
        Random(random_seed(self.seed, "epoch", epoch)).shuffle(order)
        first = place * self.accumulation * self.batch_size
        starts = range(first, first + self.accumulation * self.batch_size, self.batch_size)
        return [order[start : start + self.batch_size] for start in starts]
