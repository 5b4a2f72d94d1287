"""Emphasis, chunks and embeddings in prompts, with the web UI's meaning."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor

from consistent_character.hosts.standalone.conditioning import PromptReader, emphasised, encode
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.hosts.standalone.model import Model


@pytest.fixture
def model(engine: StandaloneEngine) -> Model:
    return engine.model


def conditioning(model: Model, prompt: str, vectors: Mapping[str, Tensor] | None = None) -> Tensor:
    known = vectors or {}
    reader = PromptReader(model.tokenizer, {name: len(found) for name, found in known.items()})
    return encode(model, [(reader.lay_out(prompt), known)])[0]


def test_emphasis_multiplies_then_restores_the_mean() -> None:
    words = torch.tensor([[[1.0, 3.0], [2.0, 2.0]]])
    found = emphasised(words, torch.tensor([[1.0, 3.0]]))
    # Weighted: 1 3 6 6, mean 4; the mean was 2.
    assert torch.allclose(found, torch.tensor([[[0.5, 1.5], [3.0, 3.0]]]))


def test_a_prompt_without_emphasis_is_the_text_encoders_own_answer(model: Model) -> None:
    prompt = "a photo of a woman in a forest"
    ids = model.tokenizer(prompt, padding="max_length", max_length=77, return_tensors="pt").input_ids
    assert torch.allclose(conditioning(model, prompt), model.text_encoder(ids).last_hidden_state, atol=1e-6)


def test_emphasis_changes_the_words_it_stands_around(model: Model) -> None:
    plain = conditioning(model, "a photo of a woman in a forest")
    strong = conditioning(model, "a photo of a (woman:1.5) in a forest")
    ratio = float(plain.mean() / (strong / torch.where(strong == 0, 1, 1)).mean())
    assert ratio == pytest.approx(1, abs=1e-4)
    share = (strong / plain)[0].median(dim=1).values
    assert float(share[5] / share[4]) == pytest.approx(1.5, rel=1e-3)
    assert torch.equal(conditioning(model, "a (photo:1.0) of a woman"), conditioning(model, "a photo of a woman"))


def test_long_prompts_take_two_chunks_each_with_its_own_frame(model: Model) -> None:
    first = ", ".join(["a woman in a forest"] * 14) + ","
    both = conditioning(model, f"{first} gray background BREAK a beach")
    reader = PromptReader(model.tokenizer, {})
    layout = reader.lay_out(f"{first} gray background BREAK a beach")
    assert all(len(part.tokens) == 77 for part in layout)
    assert both.shape == (1, 77 * len(layout), model.width)
    assert len(layout) == 3
    assert torch.allclose(both[:, -77:], conditioning(model, "a beach"), atol=1e-6)
    assert reader.padded(layout, 4)[3] == reader.lay_out("")[0]


def test_what_a_prompt_comes_to_does_not_depend_on_its_neighbours(model: Model) -> None:
    reader = PromptReader(model.tokenizer, {})
    prompts = ["a (woman:1.4)", "a forest BREAK a beach", "((night))"]
    together = encode(model, [(reader.lay_out(prompt), {}) for prompt in prompts])
    for prompt, found in zip(prompts, together, strict=True):
        assert torch.allclose(found, conditioning(model, prompt), atol=1e-5)


def test_an_embedding_of_a_words_own_vector_is_that_word(model: Model) -> None:
    (woman,) = model.tokenizer("woman", add_special_tokens=False).input_ids
    vectors = {"fr3nch": model.text_encoder.get_input_embeddings().weight[woman : woman + 1]}
    for prompt in ("a photo of fr3nch, in a forest", "a photo of FR3NCH, in a forest"):
        found = conditioning(model, prompt, vectors)
        assert torch.allclose(found, conditioning(model, "a photo of woman, in a forest"), atol=1e-6)


def test_embeddings_are_found_longest_first_and_take_their_vectors_places(model: Model) -> None:
    reader = PromptReader(model.tokenizer, {"fr3nch": 3, "fr3nch-20": 5})
    (long,) = reader.lay_out("a photo of fr3nch-20, gray")
    (short,) = reader.lay_out("a photo of fr3nch, gray")
    assert [(placed.name, placed.length) for placed in long.embeddings] == [("fr3nch-20", 5)]
    assert [(placed.name, placed.offset) for placed in short.embeddings] == [("fr3nch", 4)]
    (comma,) = reader.tokens(",")
    assert short.tokens[4 + 3] == comma
    # Without the longer one loaded, its name is the shorter one and leftovers, as in the web UI.
    (left_over,) = PromptReader(model.tokenizer, {"fr3nch": 3}).lay_out("fr3nch-20")
    assert left_over.embeddings[0].name == "fr3nch"
    assert left_over.tokens[4] == reader.tokens("fr3nch-20")[len(reader.tokens("fr3nch"))]


def test_emphasis_weighs_every_vector_of_an_embedding(model: Model) -> None:
    (part,) = PromptReader(model.tokenizer, {"fr3nch": 3}).lay_out("a (fr3nch:1.3)")
    assert part.weights[:6] == (1.0, 1.0, 1.3, 1.3, 1.3, 1.0)


def test_gradients_flow_into_the_vectors(model: Model) -> None:
    vectors = torch.zeros(2, model.width, requires_grad=True)
    conditioning(model, "a photo of fr3nch", {"fr3nch": vectors}).square().sum().backward()  # type: ignore[no-untyped-call]
    assert vectors.grad is not None
    assert bool((vectors.grad.abs().sum(1) > 0).all())


def test_counting_tokens(engine: StandaloneEngine) -> None:
    assert engine.count_tokens("a (woman:1.3), (((forest)))") == engine.count_tokens("a woman, forest") == 4
    assert engine.count_tokens("a woman BREAK forest") == 3
    assert len(engine.known_tokens("woman")) == 1
    assert len(engine.known_tokens("fr3nchl4dy")) > 1
