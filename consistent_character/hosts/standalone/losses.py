"""The losses of saved embeddings at fixed images, noises and timesteps; nothing is drawn, nothing changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import torch
from torch import Tensor

from consistent_character.engine import LossRequest, Vectors
from consistent_character.hosts.embedding_files import read_embedding
from consistent_character.hosts.probes import Probe, not_named, probes
from consistent_character.hosts.standalone.conditioning import PromptReader, encode
from consistent_character.hosts.standalone.lessons import encode_image
from consistent_character.hosts.standalone.model import Model
from consistent_character.hosts.standalone.schedule import NoiseSchedule


@torch.no_grad()
def losses(model: Model, schedule: NoiseSchedule, request: LossRequest) -> Iterator[Vectors]:
    """Each embedding's losses `(probes,)`, in order.

    Raises:
        RequestError: an embedding or an image cannot be read, or a prompt does not hold the embedding's name.
        UnsafePrompt: a prompt is refused.
    """
    readings = probes(request)
    latents = _latents(model, request, readings)
    for path in request.embeddings:
        vectors = read_embedding(path, model.width).vectors.to(model.device.where)
        words = _words(model, request.name, vectors, readings)
        found: Vectors = torch.cat(list(_in_batches(model, schedule, request, readings, latents, words))).numpy()
        yield found


def _latents(model: Model, request: LossRequest, readings: Sequence[Probe]) -> dict[int, Tensor]:
    """The mean latents of the images that are read from, each `(1, 4, h, w)`, on the CPU."""
    wanted = {reading.image for reading in readings}
    return {
        place: encode_image(model, request.examples[place], request.width, request.height)[0]
        for place in sorted(wanted)
    }


def _words(model: Model, name: str, vectors: Tensor, readings: Sequence[Probe]) -> dict[str, Tensor]:
    """The conditioning of every prompt there is, each encoded once."""
    reader = PromptReader(model.tokenizer, {name: len(vectors)})
    prompts = list(dict.fromkeys(reading.prompt for reading in readings))
    layouts = [reader.lay_out(prompt) for prompt in prompts]
    for prompt, layout in zip(prompts, layouts, strict=True):
        if not any(part.embeddings for part in layout):
            raise not_named(name, prompt)
    longest = max(map(len, layouts))
    encoded = encode(model, [(reader.padded(layout, longest), {name: vectors}) for layout in layouts])
    return dict(zip(prompts, encoded, strict=True))


def _in_batches(
    model: Model,
    schedule: NoiseSchedule,
    request: LossRequest,
    readings: Sequence[Probe],
    latents: dict[int, Tensor],
    words: dict[str, Tensor],
) -> Iterator[Tensor]:
    waiting = iter(readings)
    size = model.device.batch_size(request.width, request.height)
    while batch := list(islice(waiting, size)):
        clean = torch.cat([latents[reading.image] for reading in batch])
        noise = torch.cat([reading.noise((1, *clean.shape[1:])) for reading in batch])
        times = torch.tensor([reading.timestep for reading in batch])
        yield _errors(model, schedule, clean, noise, times, torch.cat([words[one.prompt] for one in batch]))


def _errors(
    model: Model, schedule: NoiseSchedule, clean: Tensor, noise: Tensor, times: Tensor, words: Tensor
) -> Tensor:
    """Mean squared errors `(n,)` of what the UNet predicts, on the CPU."""
    share = schedule.alphas_cumprod[times].view(-1, 1, 1, 1)
    noised = share.sqrt() * clean + (1 - share).sqrt() * noise
    wanted = share.sqrt() * noise - (1 - share).sqrt() * clean if model.prediction == "v" else noise
    device, dtype = model.device.where, next(model.unet.parameters()).dtype
    predicted: Tensor = model.unet(noised.to(device, dtype), times.to(device), words.to(dtype)).sample
    return ((predicted.float().cpu() - wanted) ** 2).mean(dim=(1, 2, 3))
