"""The generation parameters that go with each picture, as AUTOMATIC1111's web UI writes them."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from consistent_character.engine import CheckpointInfo, RenderRequest
from consistent_character.hosts.standalone.samplers import sampler_called
from consistent_character.prompts import infotext

_SHORT_HASH = 10


def infotext_of(request: RenderRequest, checkpoint: CheckpointInfo) -> str:
    """What the PNG chunk `parameters` of a picture holds."""
    sampler = sampler_called(request.sampler)
    parameters = {
        "Steps": str(request.steps),
        "Sampler": sampler.name,
        "Schedule type": sampler.schedule_type,
        "CFG scale": str(float(request.cfg_scale)),
        "Seed": str(request.seed),
        "Size": f"{request.width}x{request.height}",
        "Model hash": checkpoint.sha256[:_SHORT_HASH],
        "Model": checkpoint.name,
        "Version": _version(),
    }
    return infotext.format(infotext.Infotext(request.prompt, request.negative_prompt, parameters))


def _version() -> str:
    try:
        return f"consistent-character {version('consistent-character')}"
    except PackageNotFoundError:
        return "consistent-character"
