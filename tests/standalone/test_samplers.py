"""Samplers and schedules against what is known of them beforehand."""

from __future__ import annotations

import pytest
import torch
from diffusers import EulerDiscreteScheduler
from torch import Tensor

from consistent_character.errors import RequestError
from consistent_character.hosts.standalone.samplers import (
    batch_noise,
    dpm_solver_2m,
    euler,
    euler_ancestral,
    sampler_called,
)
from consistent_character.hosts.standalone.schedule import stable_diffusion_schedule

SCHEDULE = stable_diffusion_schedule()
SPREAD = 0.5
"""Standard deviation of the one-pixel pictures of these tests; for them the perfect denoiser is known."""


def perfect(x: Tensor, sigma: Tensor) -> Tensor:
    return x * SPREAD**2 / (SPREAD**2 + sigma**2)


def no_noise() -> Tensor:
    raise AssertionError("this sampler draws no noise")


def test_stable_diffusion_noise_levels() -> None:
    assert SCHEDULE.sigmas[0] == pytest.approx(0.0292, abs=1e-4)
    assert SCHEDULE.sigmas[-1] == pytest.approx(14.6146, abs=1e-4)
    for place in (0, 1, 500, 999):
        assert float(SCHEDULE.timestep(SCHEDULE.sigmas[place])) == pytest.approx(place, abs=1e-3)
    between = (SCHEDULE.sigmas[10] * SCHEDULE.sigmas[11]) ** 0.5
    assert float(SCHEDULE.timestep(between)) == pytest.approx(10.5, abs=1e-3)
    assert float(SCHEDULE.timestep(torch.tensor(100.0))) == 999


@pytest.mark.parametrize("steps", [1, 2, 20])
def test_schedules_fall_to_zero(steps: int) -> None:
    for sigmas in (SCHEDULE.uniform(steps), SCHEDULE.karras(steps)):
        assert sigmas.shape == (steps + 1,)
        assert sigmas[0] == pytest.approx(float(SCHEDULE.sigmas[-1]), rel=1e-5)
        assert sigmas[-1] == 0
        assert bool((sigmas.diff() < 0).all())


@pytest.mark.parametrize("karras", [False, True])
def test_schedules_are_those_of_diffusers(karras: bool) -> None:
    theirs = EulerDiscreteScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        timestep_spacing="linspace",
        use_karras_sigmas=karras,
    )
    theirs.set_timesteps(20)
    ours = SCHEDULE.karras(20) if karras else SCHEDULE.uniform(20)
    assert torch.allclose(ours, theirs.sigmas, rtol=2e-3)


def end_of(walk: object, steps: int) -> float:
    sigmas = SCHEDULE.karras(steps)
    start = torch.ones(1) * sigmas[0]
    return float(walk(perfect, start, sigmas, no_noise))  # type: ignore[operator]


def test_deterministic_samplers_approach_the_exact_end() -> None:
    top = float(SCHEDULE.sigmas[-1])
    exact = top * SPREAD / (SPREAD**2 + top**2) ** 0.5
    assert end_of(euler, 400) == pytest.approx(exact, rel=0.02)
    assert end_of(dpm_solver_2m, 40) == pytest.approx(exact, rel=0.02)
    errors = [abs(end_of(dpm_solver_2m, steps) - exact) for steps in (10, 20, 40)]
    assert errors[0] > errors[1] > errors[2]
    assert abs(end_of(euler, 20) - exact) > errors[1]


def test_the_ancestral_sampler_ends_with_the_pictures_spread() -> None:
    draw = torch.Generator().manual_seed(0)
    sigmas = SCHEDULE.karras(400)
    start = torch.randn(20_000, generator=draw) * sigmas[0]
    end = euler_ancestral(perfect, start, sigmas, lambda: torch.randn(20_000, generator=draw))
    assert float(end.std()) == pytest.approx(SPREAD, rel=0.05)


def test_names_are_the_web_uis() -> None:
    assert sampler_called("Euler a").schedule_type == "Automatic"
    assert sampler_called("DPM++ 2M Karras").name == "DPM++ 2M"
    assert sampler_called("DPM++ 2M").schedule_type == "Karras"
    with pytest.raises(RequestError, match=r"Euler a, Euler, DPM\+\+ 2M"):
        sampler_called("UniPC")


def test_noise_of_a_seed_does_not_depend_on_its_neighbours() -> None:
    def noise(*seeds: int) -> Tensor:
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        batch_noise(generators, (4, 2, 2), torch.device("cpu"))
        return batch_noise(generators, (4, 2, 2), torch.device("cpu"))

    assert torch.equal(noise(1, 2, 3)[1], noise(2)[0])
