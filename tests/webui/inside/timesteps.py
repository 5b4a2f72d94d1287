"""How reForge and Forge find the timestep of a noise level: the nearest of the thousand; AUTOMATIC1111 goes between."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any


def rounded(on: bool) -> None:
    """Leave the host its own way, or give it AUTOMATIC1111's."""
    sampling = _sampling()
    plain = vars(sampling).get("tests_plain", sampling.timestep)
    sampling.tests_plain = plain
    sampling.timestep = plain if on else _between


def _sampling() -> Any:
    if find_spec("ldm_patched"):
        return import_module("ldm_patched.modules.model_sampling").ModelSamplingDiscrete
    return import_module("backend.modules.k_prediction").Prediction


def _between(sampling: Any, sigma: Any) -> Any:
    logs, wanted = sampling.log_sigmas.to(sigma.device), sigma.log()
    low = (wanted[:, None] >= logs).sum(dim=1).clamp(1, len(logs) - 1) - 1
    share = (wanted - logs[low]) / (logs[low + 1] - logs[low])
    return low + share.clamp(0, 1)
