"""In the real web UI each prompt of each iteration is read by the text encoder once, whatever the batches are."""

from __future__ import annotations

from typing import Any

import pytest

from tests.webui.conftest import MakeEmbedding
from tests.webui.server import RunningWebUI

pytestmark = pytest.mark.webui

SIZES = {"width": 96, "height": 96, "steps": 1}
STEPS = (10, 20, 30)


def asked(make_embedding: MakeEmbedding, seeds: int) -> list[dict[str, Any]]:
    """The class word's pictures, then three iterations'."""
    files = [
        make_embedding(f"lady-at-{step}", words) for step, words in zip(STEPS, ("woman", "man", "forest"), strict=True)
    ]
    prompts: list[tuple[str, list[Any]]] = [("a photo of a woman", [])]
    prompts += [(f"a photo of {file.name}", [[file.name, str(file.path)]]) for file in files]
    return [
        {"prompt": prompt, "seed": seed, "negative_prompt": "night", "embeddings": named, **SIZES}
        for prompt, named in prompts
        for seed in range(seeds)
    ]


def test_once_for_every_prompt_and_iteration(running: RunningWebUI, make_embedding: MakeEmbedding) -> None:
    few, many = asked(make_embedding, seeds=2), asked(make_embedding, seeds=5)
    assert running.inside("words.read", rounds=[few, many]) == [len(STEPS) + 2] * 2
