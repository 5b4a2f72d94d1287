"""Each prompt of each iteration is given to the web UI's text encoder once, whatever the batches are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import torch

from consistent_character.engine import EmbeddingFile, RenderRequest
from consistent_character.hosts.embedding_files import Embedding, write_embedding

if TYPE_CHECKING:
    from consistent_character.hosts.webui.engine import WebUIEngine

WIDTH = 8
ASKED = RenderRequest("a photo of a woman", seed=1, negative_prompt="blurry", width=96, height=96, steps=4)


@pytest.fixture
def engine(modules: ModuleType) -> WebUIEngine:
    from consistent_character.hosts.webui.engine import WebUIEngine

    return WebUIEngine()


@pytest.fixture
def read(modules: ModuleType) -> Iterator[list[str]]:
    from modules import prompt_parser

    yield prompt_parser.fake_read


def iteration(folder: Path, step: int, value: float = 1.0) -> EmbeddingFile:
    from consistent_character.hosts.webui.embeddings import vector_width

    path = folder / f"lady-{step}.pt"
    write_embedding(path, Embedding(torch.full((1, vector_width()), value), "lady", step=step))
    return EmbeddingFile(f"lady-at-{step}", path)


def pictures(files: list[EmbeddingFile], seeds: int) -> list[RenderRequest]:
    plain = [replace(ASKED, seed=seed) for seed in range(seeds)]
    named = [
        replace(ASKED, prompt=f"a photo of {file.name}", seed=seed, embeddings=(file,))
        for file in files
        for seed in range(seeds)
    ]
    return plain + named


def test_once_for_every_prompt_and_iteration(engine: WebUIEngine, read: list[str], tmp_path: Path) -> None:
    files = [iteration(tmp_path, step) for step in (10, 20, 30)]
    found = list(engine.render(pictures(files, seeds=5)))
    assert sorted(read) == ["a photo of a woman", *(f"a photo of {file.name}" for file in files), "blurry"]
    assert len(found) == 20
    from modules import processing

    assert [p.batch_size for p in processing.fake_calls] == [8, 8, 4], "iterations share batches"
    for p in processing.fake_calls:
        assert [one[0][0][1] for one in p.fake_words.batch] == p.prompt, "each picture has its own prompt's words"
        assert p.fake_words.shape == (len(p.prompt),)


def test_more_seeds_later_in_the_job_read_nothing_anew(engine: WebUIEngine, read: list[str], tmp_path: Path) -> None:
    files = [iteration(tmp_path, 10)]
    list(engine.render(pictures(files, seeds=1)))
    before = len(read)
    list(engine.render(pictures(files, seeds=2)))
    assert len(read) == before


def test_the_next_job_reads_anew(engine: WebUIEngine, read: list[str]) -> None:
    from modules import shared

    list(engine.render([ASKED]))
    shared.state.time_start = 17.0
    list(engine.render([ASKED]))
    assert len(read) == 4


def test_other_vectors_under_the_same_name_are_read_anew(engine: WebUIEngine, read: list[str], tmp_path: Path) -> None:
    (asked,) = pictures([iteration(tmp_path, 10)], seeds=1)[1:]
    (other,) = pictures([iteration(tmp_path, 20)], seeds=1)[1:]
    file = EmbeddingFile("lady-at-10", other.embeddings[0].path)
    list(engine.render([asked]))
    list(engine.render([replace(asked, embeddings=(file,))]))
    assert read.count(asked.prompt) == 2


def test_a_setting_that_changes_what_prompts_come_to_is_minded(
    engine: WebUIEngine, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from modules import processing

    list(engine.render([ASKED]))
    monkeypatch.setattr(
        processing.StableDiffusionProcessing, "cached_params", lambda self, *given: (*given, "clip skip 2")
    )
    list(engine.render([ASKED]))
    assert read == ["blurry", ASKED.prompt] * 2


@pytest.mark.parametrize("host", ["modules", "forge"])
def test_what_the_web_ui_says_of_a_prompt_is_said_in_every_batch(host: str, request: pytest.FixtureRequest) -> None:
    """Forge notes it at the model."""
    request.getfixturevalue(host)
    from modules import processing, prompt_parser

    from consistent_character.hosts.webui.engine import WebUIEngine

    prompt_parser.fake_tells.update(blurry="1234", woman="5678")
    said: list[Any] = []
    plain = processing.Processed.__init__

    def listening(self: Any, *given: Any, **named: Any) -> None:
        said.append(dict(processing.fake_notebook().extra_generation_params))
        plain(self, *given, **named)

    processing.Processed.__init__ = listening
    list(WebUIEngine().render([replace(ASKED, seed=seed) for seed in range(12)]))
    assert said == [{"TI hashes": "woman: 5678, blurry: 1234"}] * 2
