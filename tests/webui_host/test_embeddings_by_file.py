"""Embeddings by file on a fake web UI: found in prompts while a batch is drawn, and gone afterwards.

In Forge, too, whose every model has a table of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import torch

from consistent_character.engine import EmbeddingFile, RenderRequest
from consistent_character.errors import RequestError
from consistent_character.hosts.embedding_files import Embedding, write_embedding
from tests.webui_modules.forge import into_forge

if TYPE_CHECKING:
    from consistent_character.hosts.webui.engine import WebUIEngine


def embedding(folder: Path, name: str, value: float = 1.0, width: int = 128) -> EmbeddingFile:
    """One vector whose sum is `value`."""
    path = folder / f"{name}.pt"
    vectors = torch.zeros(1, width)
    vectors[0, 0] = value
    write_embedding(path, Embedding(vectors, name))
    return EmbeddingFile(name, path)


def asking(prompt: str, *embeddings: EmbeddingFile) -> RenderRequest:
    return RenderRequest(prompt, seed=1, width=96, height=96, embeddings=embeddings)


def values(engine: WebUIEngine, *requests: RenderRequest) -> list[Any]:
    """The sum of all vectors that each prompt came to: the fake's red."""
    return [rendered.image.getpixel((0, 0))[0] for rendered in engine.render(requests)]  # type: ignore[index]


def batches() -> list[int]:
    from modules import processing

    return [p.batch_size for p in processing.fake_calls]


def tables() -> list[Any]:
    from modules import processing

    db = processing.fake_table()
    lookup = {first: [(ids, id(one)) for ids, one in found] for first, found in db.ids_lookup.items()}
    return [lookup, {**db.word_embeddings}, {**db.skipped_embeddings}, db.expected_shape]


@pytest.fixture
def folder(modules: ModuleType, tmp_path: Path) -> Path:
    """The user's embeddings folder, with a `lady` of value 7."""
    from modules import shared

    folder = tmp_path / "embeddings"
    folder.mkdir()
    shared.cmd_opts.embeddings_dir = str(folder)
    embedding(folder, "lady", 7)
    return folder


@pytest.fixture
def in_a1111(folder: Path) -> Path:
    """AUTOMATIC1111's web UI has loaded what lies in the folder."""
    from modules import sd_hijack, shared
    from modules.textual_inversion.textual_inversion import create_embedding_from_data

    db = sd_hijack.model_hijack.embedding_db
    db.expected_shape = 128
    db.add_embedding_dir(str(folder))
    vectors = torch.zeros(1, 128)
    vectors[0, 0] = 7
    db.register_embedding_by_name(
        create_embedding_from_data({"string_to_param": {"*": vectors}}, "lady"), shared.sd_model, "lady"
    )
    return folder


@pytest.fixture
def in_forge(folder: Path, modules: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Forge has, with its model."""
    from modules import sd_models

    into_forge(modules, monkeypatch)
    sd_models.forge_model_reload()  # type: ignore[attr-defined]
    return folder


@pytest.fixture(params=["in_a1111", "in_forge"])
def users(request: pytest.FixtureRequest) -> Path:
    """The folder, in a web UI of each kind."""
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def engine(users: Path) -> Iterator[WebUIEngine]:
    """Whatever a test does, the tables are afterwards as they were before."""
    from consistent_character.hosts.webui.engine import WebUIEngine

    before = tables()
    yield WebUIEngine()
    assert tables() == before


def test_each_prompt_of_a_batch_finds_its_own(engine: WebUIEngine, tmp_path: Path) -> None:
    files = [embedding(tmp_path, f"her-at-{step:02d}", step) for step in range(1, 7)]
    assert values(engine, *(asking(f"a photo of {file.name}", file) for file in files)) == [1, 2, 3, 4, 5, 6]
    assert batches() == [6]


def test_a_name_that_begins_as_the_user_s_is_ours(engine: WebUIEngine, tmp_path: Path) -> None:
    ours = embedding(tmp_path, "lady-at-10", 3)
    assert values(engine, asking("Lady-At-10", ours)) == [3]
    assert values(engine, asking("lady-at-10")) == [7], "without ours the user's is found, and the rest is words"


@pytest.mark.parametrize("name", ["lady", "LADY"])
def test_the_user_s_name_is_ours_meanwhile(engine: WebUIEngine, tmp_path: Path, name: str) -> None:
    ours = embedding(tmp_path, name, 3)
    assert values(engine, asking("a lady", ours)) == [3]
    assert values(engine, asking("a lady")) == [7]


def test_a_prompt_does_not_find_its_neighbour_s(engine: WebUIEngine, tmp_path: Path) -> None:
    ours = embedding(tmp_path, "a-1", 3)
    assert values(engine, asking("A - 1"), asking("a-1", ours), asking("lady")) == [0, 3, 7]
    assert sorted(batches()) == [1, 2]


def test_one_name_may_mean_two_files(engine: WebUIEngine, tmp_path: Path) -> None:
    one, other = (embedding(tmp_path, name, value) for name, value in (("one", 1), ("other", 2)))
    requests = [asking("her", EmbeddingFile("her", file.path)) for file in (one, other, one)]
    assert values(engine, *requests) == [1, 2, 1]
    assert sorted(batches()) == [1, 2]


def test_an_error_while_drawing_leaves_nothing_behind(engine: WebUIEngine, tmp_path: Path) -> None:
    from modules import processing

    processing.fake_during.append(lambda p: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        values(engine, asking("her", embedding(tmp_path, "her")))


def test_who_stops_listening_leaves_nothing_behind(engine: WebUIEngine, tmp_path: Path) -> None:
    requests = [asking("her", embedding(tmp_path, "her"))] * 20
    stream = engine.render(requests)
    next(stream)
    before = tables()
    assert "her" not in before[1], "between two batches the web UI is the user's"
    stream.close()  # type: ignore[attr-defined]


def test_what_cannot_be_used_is_told(engine: WebUIEngine, tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.pt"
    garbage.write_bytes(b"?")
    wide = embedding(tmp_path, "wide", width=768)
    cases = {
        "no embedding at": EmbeddingFile("gone", tmp_path / "gone.pt"),
        "garbage.pt": EmbeddingFile("garbage", garbage),
        "another model": wide,
        "could not name it": EmbeddingFile(" ", embedding(tmp_path, "fine").path),
    }
    for words, file in cases.items():
        with pytest.raises(RequestError, match=words):
            values(engine, asking("her", embedding(tmp_path, "her"), file))
    assert batches() == []


def test_names_that_are_taken(engine: WebUIEngine, users: Path) -> None:
    (users / "new").mkdir()
    embedding(users / "new", "Just Added")
    (users / "notes.txt").write_text("", encoding="utf-8")
    assert engine.embedding_names() == ("Just Added", "lady")


def test_the_width_is_asked_for_before_anything_was_loaded(in_a1111: Path, tmp_path: Path) -> None:
    from modules import sd_hijack

    from consistent_character.hosts.webui.engine import WebUIEngine

    sd_hijack.model_hijack.embedding_db.expected_shape = -1
    assert values(WebUIEngine(), asking("her", embedding(tmp_path, "her", 5))) == [5]
