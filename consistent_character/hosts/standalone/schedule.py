"""The noise levels of Stable Diffusion, and the ways to walk down them.

`sigma` is the noise's standard deviation where the picture's is one, as in Karras et al. (2022), "Elucidating the
design space of diffusion-based generative models", arXiv 2206.00364.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

TRAIN_TIMESTEPS = 1000
_BETA_START, _BETA_END = 0.00085, 0.012
_RHO = 7.0


@dataclass(frozen=True)
class NoiseSchedule:
    """Two tensors `(1000,)`: the share of the picture's variance left at each timestep; the noise levels, rising."""

    alphas_cumprod: Tensor
    sigmas: Tensor

    def timestep(self, sigma: Tensor) -> Tensor:
        """The timestep, not rounded, of this noise level; between two, linear in the level's logarithm."""
        logs, wanted = self.sigmas.log(), sigma.log()
        low = int((wanted >= logs).sum().clamp(1, TRAIN_TIMESTEPS - 1)) - 1
        share = ((wanted - logs[low]) / (logs[low + 1] - logs[low])).clamp(0, 1)
        return low + share

    def uniform(self, steps: int) -> Tensor:
        """`steps` levels at evenly spaced timesteps, falling, and a last zero."""
        places = torch.linspace(TRAIN_TIMESTEPS - 1, 0, steps)
        low, high = places.floor().long(), places.ceil().long()
        logs = self.sigmas.log()
        levels = ((1 - places.frac()) * logs[low] + places.frac() * logs[high]).exp()
        return torch.cat([levels, torch.zeros(1)])

    def karras(self, steps: int) -> Tensor:
        """`steps` levels by equation 5 of Karras et al. (2022) with rho 7, falling, and a last zero."""
        low, high = float(self.sigmas[0]) ** (1 / _RHO), float(self.sigmas[-1]) ** (1 / _RHO)
        levels = (high + torch.linspace(0, 1, steps) * (low - high)) ** _RHO
        return torch.cat([levels, torch.zeros(1)])


def stable_diffusion_schedule() -> NoiseSchedule:
    """Stable Diffusion's "scaled linear" schedule: betas whose square roots rise evenly from .00085 to .012."""
    betas = torch.linspace(_BETA_START**0.5, _BETA_END**0.5, TRAIN_TIMESTEPS, dtype=torch.float64) ** 2
    alphas_cumprod = torch.cumprod(1 - betas, 0).float()
    return NoiseSchedule(alphas_cumprod, ((1 - alphas_cumprod) / alphas_cumprod) ** 0.5)
