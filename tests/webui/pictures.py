"""Drawing by the engine in the web UI's process, from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from consistent_character.engine import RenderRequest
from tests.webui.server import RunningWebUI

Levels = NDArray[np.int16]

SMALL = RenderRequest("a woman", seed=1, width=96, height=96, sampler="Euler a", steps=6)


def as_json(request: RenderRequest) -> dict[str, Any]:
    """What `inside/engine.py` makes a request of."""
    return {**asdict(request), "embeddings": [[file.name, str(file.path)] for file in request.embeddings]}


def draw(running: RunningWebUI, requests: Sequence[RenderRequest], folder: Path) -> list[Levels]:
    """The pictures `(height, width, 3)`, in levels from 0 to 255.

    Raises:
        AssertionError: the engine refused; holds what it said.
    """
    folder.mkdir(exist_ok=True)
    told = running.inside("engine.render", requests=[as_json(one) for one in requests], folder=str(folder))
    refused = [answer["error"] for answer in told if "error" in answer]
    assert not refused, refused[0]
    assert [answer["seed"] for answer in told] == [one.seed for one in requests]
    return [levels(Image.open(folder / f"{number}.png")) for number in range(len(requests))]


def levels(image: Image.Image) -> Levels:
    """The picture's levels, with a sign, so that they can be subtracted."""
    return np.asarray(image.convert("RGB"), dtype=np.int16)


def apart(one: Levels, other: Levels) -> int:
    """The largest difference, in levels."""
    return int(np.abs(one - other).max())


def asking(prompt: str, seed: int = 1, **changes: Any) -> RenderRequest:
    """A small, quick picture."""
    return replace(SMALL, prompt=prompt, seed=seed, **changes)
