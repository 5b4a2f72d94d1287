"""Pictures by the standalone engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from consistent_character.engine import EmbeddingFile, Rendered, RenderRequest
from consistent_character.errors import CheckpointError, RequestError, UnsafePrompt
from consistent_character.hosts.embedding_files import Embedding, write_embedding
from consistent_character.hosts.standalone import engine as engine_module
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.prompts import infotext

ASKED = RenderRequest("a photo of a woman in a forest", seed=1, width=96, height=96, sampler="Euler a", steps=3)


def levels(rendered: Rendered) -> np.ndarray:
    return np.asarray(rendered.image).astype(int)


def apart(one: Rendered, other: Rendered) -> int:
    return int(np.abs(levels(one) - levels(other)).max())


@pytest.mark.parametrize("sampler", ["Euler a", "Euler", "DPM++ 2M", "DPM++ 2M Karras"])
def test_a_seed_is_the_same_picture_alone_and_in_a_batch_of_eight(engine: StandaloneEngine, sampler: str) -> None:
    asked = replace(ASKED, sampler=sampler)  # type: ignore[arg-type]
    batch = list(engine.render([replace(asked, seed=seed, prompt=f"photo {seed}") for seed in range(8)]))
    for seed in (0, 5):
        (alone,) = engine.render([replace(asked, seed=seed, prompt=f"photo {seed}")])
        assert apart(alone, batch[seed]) <= 1
    assert apart(batch[0], batch[1]) > 20


def test_order_is_kept_whatever_is_mixed(engine: StandaloneEngine) -> None:
    wanted = [
        replace(ASKED, seed=1),
        replace(ASKED, seed=2, width=64, height=80),
        replace(ASKED, seed=3, prompt="a woman BREAK a forest"),
        replace(ASKED, seed=4, sampler="Euler"),
        replace(ASKED, seed=5, negative_prompt="blurry BREAK gray BREAK night"),
        replace(ASKED, seed=6),
    ]
    rendered = list(engine.render(wanted))
    assert [one.request for one in rendered] == wanted
    assert [one.image.size for one in rendered] == [(one.width, one.height) for one in wanted]
    for place in (2, 4):
        (alone,) = engine.render([wanted[place]])
        assert apart(alone, rendered[place]) <= 1


def test_requests_are_pulled_only_as_they_are_needed(engine: StandaloneEngine) -> None:
    pulled: list[int] = []

    def requests() -> Iterator[RenderRequest]:
        for seed in range(100):
            pulled.append(seed)
            yield replace(ASKED, seed=seed, steps=1, width=64, height=64)

    pictures = engine.render(requests())
    assert not pulled
    assert next(pictures).request.seed == 0
    assert len(pulled) < 40


def test_the_prompt_the_negative_prompt_and_the_guidance_count(engine: StandaloneEngine) -> None:
    (plain,) = engine.render([ASKED])
    for other in (
        replace(ASKED, prompt="a beach at night"),
        replace(ASKED, negative_prompt="forest"),
        replace(ASKED, cfg_scale=1.0),
        replace(ASKED, prompt="a photo of a (woman:1.5) in a forest"),
    ):
        (changed,) = engine.render([other])
        assert apart(plain, changed) > 1
    (unguided,) = engine.render([replace(ASKED, cfg_scale=1.0)])
    (also_unguided,) = engine.render([replace(ASKED, cfg_scale=1.0, negative_prompt="forest")])
    assert apart(unguided, also_unguided) <= 1


def test_infotext_comes_back(engine: StandaloneEngine, checkpoint: Path) -> None:
    asked = replace(ASKED, prompt="a woman, (gray:1.3)", negative_prompt="blurry", sampler="DPM++ 2M Karras", seed=77)
    (rendered,) = engine.render([asked])
    found = infotext.parse(rendered.infotext)
    assert (found.prompt, found.negative_prompt) == (asked.prompt, asked.negative_prompt)
    told = dict(found.parameters)
    assert told.pop("Version").startswith("consistent-character")
    assert told == {
        "Steps": "3",
        "Sampler": "DPM++ 2M",
        "Schedule type": "Karras",
        "CFG scale": "7.0",
        "Seed": "77",
        "Size": "96x96",
        "Model hash": engine.checkpoint.sha256[:10],
        "Model": "random-world",
    }
    assert (engine.checkpoint.name, engine.checkpoint.size, engine.checkpoint.path) == ("random-world", 96, checkpoint)
    assert len(engine.checkpoint.sha256) == 64


def embedding(folder: Path, name: str, seed: int) -> Path:
    path = folder / f"{name}.pt"
    vectors = torch.randn(4, 128, generator=torch.Generator().manual_seed(seed)) * 3
    write_embedding(path, Embedding(vectors, name))
    return path


def test_embeddings_in_one_batch_do_not_leak(engine: StandaloneEngine, tmp_path: Path) -> None:
    one, two = embedding(tmp_path, "one", 1), embedding(tmp_path, "two", 2)
    asked = replace(ASKED, prompt="a photo of tok3n")
    batch = [
        replace(asked, embeddings=(EmbeddingFile("tok3n", one),)),
        replace(asked, embeddings=(EmbeddingFile("tok3n", two),)),
        asked,
        replace(
            asked, prompt="a photo of Tok3n-7", embeddings=(EmbeddingFile("tok3n", two), EmbeddingFile("tok3n-7", one))
        ),
    ]
    rendered = list(engine.render(batch))
    for request, picture in zip(batch, rendered, strict=True):
        (alone,) = engine.render([request])
        assert apart(alone, picture) <= 1
    assert min(apart(rendered[a], rendered[b]) for a, b in ((0, 1), (0, 2), (1, 2))) > 1
    assert apart(rendered[0], rendered[3]) <= 1


def test_an_embedding_that_changed_on_disk_is_read_again(engine: StandaloneEngine, tmp_path: Path) -> None:
    path = embedding(tmp_path, "me", 1)
    asked = replace(ASKED, prompt="a photo of m3m3", embeddings=(EmbeddingFile("m3m3", path),))
    (before,) = engine.render([asked])
    write_embedding(path, Embedding(torch.ones(2, 128), "me"))
    (after,) = engine.render([asked])
    assert apart(before, after) > 1


def test_a_seed_of_minus_one_is_drawn_and_told(engine: StandaloneEngine) -> None:
    (rendered,) = engine.render([replace(ASKED, seed=-1, steps=1)])
    assert rendered.request.seed >= 0
    assert f"Seed: {rendered.request.seed}," in rendered.infotext


def test_unsafe_prompts_are_refused_before_anything_of_their_batch_is_drawn(engine: StandaloneEngine) -> None:
    requests = [ASKED, replace(ASKED, prompt="(nak3d:1.3) naked 16yo girl")]
    with pytest.raises(UnsafePrompt):
        next(engine.render(requests))
    (fine,) = engine.render([replace(ASKED, steps=1, negative_prompt="naked, child")])
    assert fine.image


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 100},
        {"height": 8},
        {"steps": 0},
        {"steps": 2000},
        {"cfg_scale": 0.0},
        {"sampler": "UniPC"},
        {"embeddings": (EmbeddingFile("x", Path("nowhere.pt")),)},
    ],
)
def test_settings_outside_their_range_are_refused(engine: StandaloneEngine, wrong: dict[str, object]) -> None:
    with pytest.raises(RequestError):
        list(engine.render([replace(ASKED, **wrong)]))  # type: ignore[arg-type]


def test_devices_and_defaults_that_are_not_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, checkpoint: Path
) -> None:
    with pytest.raises(RequestError, match="no device"):
        StandaloneEngine.load(checkpoint, device="abacus")
    monkeypatch.setattr(engine_module, "__file__", str(tmp_path / "a" / "b" / "c" / "engine.py"))
    with pytest.raises(CheckpointError, match="cartoon world"):
        StandaloneEngine.load()
