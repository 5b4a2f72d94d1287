"""The losses of saved embeddings with what the web UI has loaded; afterwards it is as before, also between two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import torch
from modules import devices
from torch import Tensor

from consistent_character.engine import EmbeddingFile, LossRequest, Vectors
from consistent_character.hosts.probes import Probe, not_named, probes
from consistent_character.hosts.training_pictures import pixels_of
from consistent_character.hosts.webui.checkpoints import drawing_model
from consistent_character.hosts.webui.embeddings import database, registered
from consistent_character.hosts.webui.keeping import kept
from consistent_character.hosts.webui.training.surroundings import checkpoints_own_vae, is_named

_AT_ONCE = 4


def losses(request: LossRequest) -> Iterator[Vectors]:
    """Each embedding's losses `(probes,)`, in order. Hold the web UI's queue.

    Raises:
        RequestError: an embedding or an image cannot be read, or a prompt does not hold the embedding's name.
        UnsafePrompt: a prompt is refused.
        CheckpointError: the checkpoint in use is no Stable Diffusion 1.x.
    """
    readings = probes(request)
    model = drawing_model()
    latents = _latents(model, request, readings)
    for path in request.embeddings:
        yield _Reading(model, request, readings, latents).of(path)


@torch.no_grad()
def _latents(model: Any, request: LossRequest, readings: Sequence[Probe]) -> dict[int, Tensor]:
    """The mean latents `(1, 4, h, w)` of the images that are read from, by the VAE that was trained with."""
    found: dict[int, Tensor] = {}
    with kept(), checkpoints_own_vae(), devices.autocast():
        for place in sorted({reading.image for reading in readings}):
            pixels = torch.from_numpy(pixels_of(request.examples[place], request.width, request.height))
            spread = model.encode_first_stage(pixels.permute(2, 0, 1).unsqueeze(0).to(devices.device))
            mean = spread if isinstance(spread, Tensor) else spread.mode()  # reForge gives the mean itself
            found[place] = model.get_first_stage_encoding(mean).float()
    return found


@dataclass(frozen=True)
class _Reading:
    """One embedding's losses."""

    model: Any
    request: LossRequest
    readings: Sequence[Probe]
    latents: Mapping[int, Tensor]

    @torch.no_grad()
    def of(self, path: Path) -> Vectors:
        """In the order of the readings."""
        found = torch.zeros(len(self.readings))
        with kept(), registered([EmbeddingFile(self.request.name, path)], self.model), devices.autocast():
            words = self._words()
            for places in self._batches(words):
                chosen = [self.readings[place] for place in places]
                found[places] = self._errors(chosen, torch.cat([words[one.prompt] for one in chosen]))
        errors: Vectors = found.numpy()
        return errors

    def _words(self) -> dict[str, Tensor]:
        """The conditioning of every prompt, each encoded once and alone: emphasis takes its mean over a whole batch."""
        embedding = database().word_embeddings[self.request.name]
        prompts = list(dict.fromkeys(reading.prompt for reading in self.readings))
        for prompt in prompts:
            if not is_named(embedding, prompt):
                raise not_named(self.request.name, prompt)
        return {prompt: self.model.cond_stage_model([prompt]) for prompt in prompts}

    def _batches(self, words: Mapping[str, Tensor]) -> Iterator[list[int]]:
        """The places of readings that go through the model together: their prompts are equally long."""
        lengths = [words[reading.prompt].shape[1] for reading in self.readings]
        order = sorted(range(len(lengths)), key=lengths.__getitem__)
        for _, alike in groupby(order, key=lengths.__getitem__):
            places = list(alike)
            yield from (places[start : start + _AT_ONCE] for start in range(0, len(places), _AT_ONCE))

    def _errors(self, chosen: Sequence[Probe], words: Tensor) -> Tensor:
        """Mean squared errors `(n,)` of what the model predicts, on the CPU."""
        clean = torch.cat([self.latents[reading.image] for reading in chosen])
        noise = torch.cat([reading.noise((1, *clean.shape[1:])) for reading in chosen]).to(clean)
        times = torch.tensor([reading.timestep for reading in chosen], device=clean.device)
        predicted = self.model.apply_model(self.model.q_sample(clean, times, noise), times, words)
        velocity = getattr(self.model, "parameterization", "eps") == "v"
        wanted = self.model.get_v(clean, noise, times) if velocity else noise
        return ((predicted.float() - wanted.float()) ** 2).mean(dim=(1, 2, 3)).cpu()
