"""The samplers, by the names that AUTOMATIC1111's web UI gives them.

Each takes noise latents `x` `(n, 4, h, w)` at `sigmas[0]` down to the last sigma, which is zero. `denoise(x, sigma)` is
the model's guess of the picture behind `x`; `noise()` draws standard normal noise of `x`'s shape.

"DPM++ 2M" and "DPM++ 2M Karras" are one and the same, as in web UI 1.10, where this sampler's automatic schedule is
Karras'.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor

from consistent_character.engine import Sampler
from consistent_character.errors import RequestError
from consistent_character.hosts.standalone.schedule import NoiseSchedule

Denoise = Callable[[Tensor, Tensor], Tensor]
Noise = Callable[[], Tensor]


class Walk(Protocol):
    """One sampler's way from noise to a picture."""

    def __call__(self, denoise: Denoise, x: Tensor, sigmas: Tensor, noise: Noise) -> Tensor:
        """The picture's latents."""


def euler(denoise: Denoise, x: Tensor, sigmas: Tensor, noise: Noise) -> Tensor:
    """Euler steps: Karras et al. (2022), algorithm 2 without churn."""
    for sigma, following in pairwise(sigmas):
        slope = (x - denoise(x, sigma)) / sigma
        x = x + slope * (following - sigma)
    return x


def euler_ancestral(denoise: Denoise, x: Tensor, sigmas: Tensor, noise: Noise) -> Tensor:
    """Euler steps that go down too far and add fresh noise; k-diffusion's `sample_euler_ancestral` with eta 1."""
    for sigma, following in pairwise(sigmas):
        up = min(following, (following**2 * (sigma**2 - following**2) / sigma**2) ** 0.5)
        down = (following**2 - up**2) ** 0.5
        slope = (x - denoise(x, sigma)) / sigma
        x = x + slope * (down - sigma)
        if following > 0:
            x = x + noise() * up
    return x


def dpm_solver_2m(denoise: Denoise, x: Tensor, sigmas: Tensor, noise: Noise) -> Tensor:
    """DPM-Solver++(2M): Lu et al. (2022), arXiv 2211.01095, algorithm 2, in terms of lambda = -log(sigma)."""
    before: Tensor | None = None
    last_step = math.nan
    for sigma, following in pairwise(sigmas):
        picture = denoise(x, sigma)
        guess = picture
        step = float(sigma.log() - following.log())
        if before is not None and following > 0:
            ratio = last_step / step
            guess = (1 + 1 / (2 * ratio)) * picture - 1 / (2 * ratio) * before
        x = (following / sigma) * x - math.expm1(-step) * guess
        before, last_step = picture, step
    return x


@dataclass(frozen=True)
class NamedSampler:
    """A sampler as infotext names it, with its schedule."""

    walk: Walk
    name: str
    karras: bool

    def sigmas(self, schedule: NoiseSchedule, steps: int) -> Tensor:
        """The noise levels of a run of `steps` steps, `(steps + 1,)`, with the last zero."""
        return schedule.karras(steps) if self.karras else schedule.uniform(steps)

    @property
    def schedule_type(self) -> str:
        """What infotext calls the schedule."""
        return "Karras" if self.karras else "Automatic"


_SAMPLERS: dict[Sampler, NamedSampler] = {
    "Euler a": NamedSampler(euler_ancestral, "Euler a", karras=False),
    "Euler": NamedSampler(euler, "Euler", karras=False),
    "DPM++ 2M": NamedSampler(dpm_solver_2m, "DPM++ 2M", karras=True),
    "DPM++ 2M Karras": NamedSampler(dpm_solver_2m, "DPM++ 2M", karras=True),
}


def sampler_called(name: str) -> NamedSampler:
    """The sampler of this name.

    Raises:
        RequestError: there is none; lists those that there are.
    """
    for known, sampler in _SAMPLERS.items():
        if known == name:
            return sampler
    raise RequestError(f"There is no sampler {name!r} here; choose one of: {', '.join(_SAMPLERS)}.")


def batch_noise(generators: list[torch.Generator], shape: tuple[int, ...], device: torch.device) -> Tensor:
    """Noise `(n, *shape)`, each picture's from a generator of its own, so that a seed means the same in any batch."""
    return torch.stack([torch.randn(shape, generator=generator) for generator in generators]).to(device)
