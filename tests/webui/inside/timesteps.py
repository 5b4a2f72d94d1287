"""How reForge finds the timestep of a noise level: the nearest of the thousand; AUTOMATIC1111 goes between two."""

from __future__ import annotations

from typing import Any

from ldm_patched.modules.model_sampling import ModelSamplingDiscrete


def rounded(on: bool) -> None:
    """Leave reForge its own way, or give it AUTOMATIC1111's."""
    plain = vars(ModelSamplingDiscrete).get("tests_plain", ModelSamplingDiscrete.timestep)
    ModelSamplingDiscrete.tests_plain = plain
    ModelSamplingDiscrete.timestep = plain if on else _between


def _between(sampling: Any, sigma: Any) -> Any:
    logs, wanted = sampling.log_sigmas, sigma.log()
    low = (wanted[:, None] >= logs).sum(dim=1).clamp(1, len(logs) - 1) - 1
    share = (wanted - logs[low]) / (logs[low + 1] - logs[low])
    return low + share.clamp(0, 1)
