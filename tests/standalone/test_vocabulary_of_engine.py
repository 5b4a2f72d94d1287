"""What the engine tells of token vectors, losses and checkpoints."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from consistent_character.engine import (
    EmbeddingContent,
    Engine,
    LossRequest,
    RenderRequest,
    TrainingExample,
    TrainRequest,
)
from consistent_character.errors import CheckpointError, RequestError, UnsafePrompt
from consistent_character.hosts.standalone.engine import StandaloneEngine


class Quiet:
    def stepped(self, step: int, steps: int, loss: float) -> None: ...
    def saved(self, iteration: object) -> None: ...
    def previewed(self, step: int, image: Path) -> None: ...


def wanted(examples: tuple[TrainingExample, ...], *paths: Path) -> LossRequest:
    return LossRequest("fr3nch", examples, paths, width=64, height=64, probes=6)


def begun(engine: StandaloneEngine, path: Path, text: str = "woman") -> Path:
    engine.vocabulary.write(path, EmbeddingContent(engine.vocabulary.words(text), step=0))
    return path


def test_words_are_rows_of_the_models_table(engine: StandaloneEngine) -> None:
    table = engine.model.token_embedding().weight
    assert isinstance(table, torch.Tensor)
    ids = [*engine.known_tokens("a"), *engine.known_tokens("woman")]
    assert np.array_equal(engine.vocabulary.words("a (woman:1.3)"), table[ids].numpy())
    assert engine.vocabulary.words("").shape == (0, engine.model.width)
    assert np.allclose(engine.vocabulary.norms(), np.linalg.norm(table.numpy(), axis=1))


@pytest.mark.parametrize("ending", [".pt", ".safetensors"])
def test_what_is_written_is_read(engine: StandaloneEngine, tmp_path: Path, ending: str) -> None:
    content = EmbeddingContent(np.eye(2, engine.model.width, dtype=np.float32), "me", 7, "abc", "world", "Some notes.")
    engine.vocabulary.write(tmp_path / f"me{ending}", content)
    found = engine.vocabulary.read(tmp_path / f"me{ending}")
    assert np.array_equal(found.vectors, content.vectors)
    assert replace(found, vectors=content.vectors) == content


def test_losses_are_the_same_each_time_and_change_nothing(
    engine: StandaloneEngine, examples: tuple[TrainingExample, ...], tmp_path: Path
) -> None:
    request = wanted(examples, begun(engine, tmp_path / "a.pt"), begun(engine, tmp_path / "b.pt", "forest"))
    random = torch.get_rng_state()
    weights = [parameter.clone() for parameter in engine.model.unet.parameters()]
    first, second = (list(engine.trainer.losses(request)) for _ in range(2))
    assert [row.shape for row in first] == [(6,), (6,)]
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    assert not np.array_equal(first[0], first[1])
    assert torch.equal(torch.get_rng_state(), random)
    assert all(torch.equal(*pair) for pair in zip(weights, engine.model.unet.parameters(), strict=True))
    (alone,) = engine.trainer.losses(replace(request, embeddings=request.embeddings[1:]))
    assert np.array_equal(alone, first[1])
    (other,) = engine.trainer.losses(replace(request, embeddings=request.embeddings[1:], seed=1))
    assert not np.array_equal(other, alone)


def test_losses_that_would_say_nothing_are_refused(
    engine: StandaloneEngine, examples: tuple[TrainingExample, ...], tmp_path: Path
) -> None:
    request = wanted(examples, begun(engine, tmp_path / "a.pt"))
    cases = (
        (replace(request, template=("[filewords]x",), name="n0t1n"), RequestError),
        (replace(request, examples=()), RequestError),
        (replace(request, probes=0), RequestError),
        (replace(request, width=63), RequestError),
        (replace(request, embeddings=(tmp_path / "none.pt",)), RequestError),
        (replace(request, examples=(TrainingExample(examples[0].image, "a naked 12 year old"),)), UnsafePrompt),
    )
    for case, error in cases:
        with pytest.raises(error):
            list(engine.trainer.losses(case))


def test_another_checkpoint_is_used_and_given_back(checkpoint: Path, tmp_path: Path) -> None:
    shutil.copytree(checkpoint.parent, tmp_path / "models")
    home = tmp_path / "models" / checkpoint.name
    for path in (tmp_path / "models").glob(f"{checkpoint.stem}.*"):
        shutil.copy(path, path.with_name(path.name.replace(checkpoint.stem, "another")))
    engine: Engine = StandaloneEngine.load(home, device="cpu")
    assert engine.checkpoints() == (checkpoint.stem, "another")
    for name in ("", checkpoint.stem, str(home)):
        with engine.on(name):
            assert engine.checkpoint.path == home
    for name in ("another", "another.safetensors", str(home.with_name("another.safetensors"))):
        with engine.on(name):
            assert (engine.checkpoint.name, engine.vocabulary.norms().ndim) == ("another", 1)
        assert engine.checkpoint.path == home
    with pytest.raises(CheckpointError, match="no checkpoint third here"), engine.on("third"):
        pass
    with pytest.raises(RuntimeError), engine.on("another"):
        raise RuntimeError
    assert engine.checkpoint.path == home


@pytest.mark.slow
def test_what_was_learned_shows_in_the_losses(tmp_path: Path) -> None:
    engine = StandaloneEngine.load(None, device="cpu")
    size = engine.checkpoint.size
    prompt = "a color photo of a woman with red hair"
    asked = [RenderRequest(prompt, seed, width=size, height=size, steps=8) for seed in range(6)]
    examples = []
    for drawn in engine.render(asked):
        path = tmp_path / f"{drawn.request.seed}.png"
        drawn.image.save(path)
        examples.append(TrainingExample(path, "a color photo"))
    request = TrainRequest(
        "fr3nch",
        tmp_path / "run",
        tuple(examples),
        num_vectors=2,
        learn_rate="0.01",
        batch_size=2,
        steps=30,
        width=size,
        height=size,
        save_every=30,
    )
    (trained,) = engine.trainer.train(request, Quiet())
    embeddings = (begun(engine, tmp_path / "begun.pt", "woman"), trained.path)
    before, after = engine.trainer.losses(
        LossRequest("fr3nch", tuple(examples), embeddings, width=size, height=size, probes=24)
    )
    assert after.mean() < before.mean()
    assert (after < before).mean() > 0.6
