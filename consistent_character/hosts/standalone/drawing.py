"""Draws a batch of pictures that share size, sampler, steps and guidance, each from its own seed and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from consistent_character.engine import RenderRequest
from consistent_character.hosts.limits import CELL, check_settings
from consistent_character.hosts.standalone.conditioning import Layout, Words
from consistent_character.hosts.standalone.model import Model
from consistent_character.hosts.standalone.samplers import Denoise, batch_noise, sampler_called
from consistent_character.hosts.standalone.schedule import NoiseSchedule

_CODEC_PIXELS = 8 * 256 * 256
"""The VAE decodes at most this many pixels at once: its memory grows far above the UNet's."""


@dataclass(frozen=True)
class Job:
    """A request with its prompts laid out and the embeddings' vectors at hand, by name. Its seed is a real one."""

    request: RenderRequest
    positive: Layout
    negative: Layout
    vectors: Mapping[str, Tensor]

    @property
    def company(self) -> tuple[object, ...]:
        """Jobs with equal company may be drawn in one batch."""
        asked = self.request
        shape = (asked.width, asked.height, asked.sampler, asked.steps, asked.cfg_scale)
        return (*shape, len(self.positive), len(self.negative))


def check_request(request: RenderRequest) -> None:
    """Pass a request that can be drawn.

    Raises:
        RequestError: a setting is outside its range; says which.
    """
    sampler_called(request.sampler)
    check_settings(request)


@torch.no_grad()
def draw(words: Words, schedule: NoiseSchedule, jobs: Sequence[Job]) -> list[Image.Image]:
    """Draw jobs of equal company. If a GPU's memory is too small for all of them at once, in halves."""
    try:
        wanted = words.of([(job.positive, job.vectors) for job in jobs])
        unwanted = words.of([(job.negative, job.vectors) for job in jobs])
        return sampled(words.model, schedule, [job.request for job in jobs], wanted, unwanted)
    except torch.cuda.OutOfMemoryError:
        if len(jobs) == 1:
            raise
    torch.cuda.empty_cache()
    half = len(jobs) // 2
    return draw(words, schedule, jobs[:half]) + draw(words, schedule, jobs[half:])


@torch.no_grad()
def sampled(
    model: Model, schedule: NoiseSchedule, requests: Sequence[RenderRequest], wanted: Tensor, unwanted: Tensor
) -> list[Image.Image]:
    """The pictures of requests that differ in their seeds and words only; those are given, `(n, tokens, width)`."""
    asked = requests[0]
    sampler = sampler_called(asked.sampler)
    sigmas = sampler.sigmas(schedule, asked.steps)
    shape = (model.unet.config.in_channels, asked.height // CELL, asked.width // CELL)
    generators = [torch.Generator("cpu").manual_seed(request.seed) for request in requests]

    def noise() -> Tensor:
        return batch_noise(generators, shape, model.device.where)

    denoise = _guided(model, schedule, wanted, unwanted, asked.cfg_scale)
    return _decode(model, sampler.walk(denoise, noise() * sigmas[0], sigmas, noise))


def _guided(model: Model, schedule: NoiseSchedule, words: Tensor, unwanted: Tensor, scale: float) -> Denoise:
    """The model's guess of the picture, with classifier-free guidance: Ho & Salimans (2022), arXiv 2207.12598."""

    def predict(x: Tensor, time: Tensor, context: Tensor) -> Tensor:
        dtype = next(model.unet.parameters()).dtype
        predicted: Tensor = model.unet(x.to(dtype), time.to(x.device), context.to(dtype)).sample
        return predicted.float()

    def denoise(x: Tensor, sigma: Tensor) -> Tensor:
        scaled, time = x / (sigma**2 + 1) ** 0.5, schedule.timestep(sigma)
        if scale == 1:
            guided = predict(scaled, time, words)
        elif words.shape == unwanted.shape:
            both = predict(torch.cat([scaled, scaled]), time, torch.cat([words, unwanted]))
            wanted, other = both.chunk(2)
            guided = other + scale * (wanted - other)
        else:
            other = predict(scaled, time, unwanted)
            guided = other + scale * (predict(scaled, time, words) - other)
        if model.prediction == "v":
            return x / (sigma**2 + 1) - guided * sigma / (sigma**2 + 1) ** 0.5
        return x - sigma * guided

    return denoise


def _decode(model: Model, latents: Tensor) -> list[Image.Image]:
    """Pictures of the latents `(n, 4, h, w)`. Levels are cut off, not rounded, as the web UI does."""
    _, _, height, width = latents.shape
    together = max(1, _CODEC_PIXELS // (height * width * CELL**2))
    images: list[Image.Image] = []
    for part in torch.split(latents, together):
        pixels = model.vae.decode(part / model.vae.config.scaling_factor).sample
        levels = ((pixels.float() + 1) / 2).clamp(0, 1) * 255
        images += [Image.fromarray(picture) for picture in levels.permute(0, 2, 3, 1).cpu().numpy().astype(np.uint8)]
    return images
