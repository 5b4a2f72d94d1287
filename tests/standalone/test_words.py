"""Each prompt of each iteration is put into words once, whatever the batches are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from consistent_character.engine import EmbeddingFile, RenderRequest
from consistent_character.hosts.embedding_files import Embedding, write_embedding
from consistent_character.hosts.standalone import conditioning
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.hosts.standalone.model import Model

ASKED = RenderRequest("a photo of a woman in a forest", seed=1, width=96, height=96, sampler="Euler a", steps=1)
AT_ONCE = 8
"""Pictures of this size in a batch of the processor."""


@pytest.fixture
def read(engine: StandaloneEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many sequences the text encoder was given, call by call; the engine has no memory of earlier tests."""
    monkeypatch.setattr(engine, "_words", conditioning.Words(engine.model))
    found: list[int] = []
    hook = engine.model.text_encoder.register_forward_pre_hook(lambda _, given: found.append(len(given[0])))
    yield found
    hook.remove()


@pytest.fixture
def iterations(engine: StandaloneEngine, tmp_path: Path) -> list[EmbeddingFile]:
    table = engine.model.token_embedding().weight.detach()
    found = []
    for step in (10, 20, 30):
        path = tmp_path / f"lady-{step}.pt"
        write_embedding(path, Embedding(table[step : step + 2], "lady", step=step))
        found.append(EmbeddingFile(f"lady-at-{step}", path))
    return found


def pictures(iterations: list[EmbeddingFile], seeds: int) -> list[RenderRequest]:
    plain = [replace(ASKED, seed=seed) for seed in range(seeds)]
    named = [
        replace(ASKED, prompt=f"a photo of {file.name} in a forest", seed=seed, embeddings=(file,))
        for file in iterations
        for seed in range(seeds)
    ]
    return plain + named


def test_once_for_every_prompt_and_iteration(
    engine: StandaloneEngine, read: list[int], iterations: list[EmbeddingFile]
) -> None:
    asked = pictures(iterations, seeds=5)
    assert len(asked) > 2 * AT_ONCE, "seeds of one prompt must fall into two batches"
    drawn = list(engine.render(asked))
    assert sum(read) == len(iterations) + 2, "the iterations, the class word, and the empty negative prompt"
    assert len(drawn) == len(asked)


def test_more_seeds_later_read_nothing_anew(
    engine: StandaloneEngine, read: list[int], iterations: list[EmbeddingFile]
) -> None:
    list(engine.render(pictures(iterations, seeds=1)))
    before = sum(read)
    list(engine.render(pictures(iterations, seeds=2)))
    assert sum(read) == before


def test_other_vectors_under_the_same_name_are_read_anew(
    engine: StandaloneEngine, read: list[int], iterations: list[EmbeddingFile], tmp_path: Path
) -> None:
    (asked,) = pictures(iterations[:1], seeds=1)[1:]
    (first,) = engine.render([asked])
    table = engine.model.token_embedding().weight.detach()
    write_embedding(iterations[0].path, Embedding(table[50:53], "lady", step=10))
    before = sum(read)
    (second,) = engine.render([asked])
    assert sum(read) == before + 1
    assert not np.array_equal(np.asarray(first.image), np.asarray(second.image))


def test_another_model_reads_for_itself(engine: StandaloneEngine, read: list[int]) -> None:
    list(engine.render([ASKED]))
    other = StandaloneEngine.load(None, device="cpu")
    before, kept = sum(read), engine.model
    engine.model = other.model
    try:
        list(engine.render([ASKED]))
    finally:
        engine.model = kept
    assert sum(read) == before, "the first model's text encoder was not asked"
    list(engine.render([ASKED]))
    assert sum(read) > before, "and what the other model made of it is not used for the first"


def test_what_is_remembered_is_bounded(engine: StandaloneEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditioning, "_REMEMBERED", 2)
    words = conditioning.Words(engine.model)
    reader = conditioning.PromptReader(engine.model.tokenizer, {})
    texts = ("a", "photo", "of", "a", "woman")
    found = words.of([(reader.lay_out(text), {}) for text in texts])
    assert torch.equal(found[0], found[3])
    assert len(words._known) == 2
    again = words.of([(reader.lay_out(text), {}) for text in texts])
    assert torch.allclose(found, again, atol=1e-5)


def test_nothing_is_learned_from(engine: StandaloneEngine) -> None:
    model: Model = engine.model
    reader = conditioning.PromptReader(model.tokenizer, {"lady": 1})
    vectors = torch.zeros(1, model.width, requires_grad=True)
    found = conditioning.Words(model).of([(reader.lay_out("a photo of lady"), {"lady": vectors})])
    assert not found.requires_grad
