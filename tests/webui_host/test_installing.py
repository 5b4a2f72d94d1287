"""An embedding is put into a fake web UI's folder and loaded; what is there already is kept, or left alone."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image

from consistent_character.engine import EmbeddingContent
from consistent_character.errors import FolderError, RequestError
from consistent_character.hosts.embedding_files import Embedding, read_embedding, write_embedding
from consistent_character.house import Placed

WIDTH = 128


@pytest.fixture
def shelf(modules: ModuleType, tmp_path: Path) -> Path:
    """The web UI's folder, which it has looked into."""
    from modules import sd_hijack, shared

    folder = tmp_path / "embeddings"
    folder.mkdir()
    shared.cmd_opts.embeddings_dir = str(folder)
    sd_hijack.model_hijack.embedding_db.add_embedding_dir(str(folder))
    return folder


def content(value: float = 1.0, name: str = "l4dyx", width: int = WIDTH) -> EmbeddingContent:
    return EmbeddingContent(np.full((2, width), value, dtype=np.float32), name, 30, "abc", "world", "Some notes.")


def put(
    own: bool = False, name: str = "l4dyx", value: float = 1.0, ending: str = ".pt", aside: str = "aside"
) -> Placed:
    from consistent_character.hosts.webui.installing import Shelf

    return Shelf().put(content(value, name), ending, own, Path(aside))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("ending", [".pt", ".safetensors"])
def test_it_is_there_by_its_new_name_and_says_all(shelf: Path, ending: str) -> None:
    done = put(ending=ending)
    assert done.path == shelf / f"l4dyx{ending}"
    there = read_embedding(done.path, WIDTH)
    assert (there.name, there.step, there.checkpoint_hash, there.notes) == ("l4dyx", 30, "abc", "Some notes.")
    assert np.array_equal(there.vectors.numpy(), content().vectors)
    assert [one.name for one in shelf.iterdir()] == [f"l4dyx{ending}"]


def test_it_is_loaded_at_once_and_remembered_prompts_are_forgotten(shelf: Path) -> None:
    from modules import processing, sd_hijack

    processing.StableDiffusionProcessing.cached_c = ["a photo of l4dyx", "its vectors"]
    assert put().loaded
    loaded = sd_hijack.model_hijack.embedding_db.word_embeddings["l4dyx"]
    assert torch.equal(loaded.vec, torch.ones(2, WIDTH))
    assert processing.StableDiffusionProcessing.cached_c == [None, None]


def test_the_same_again_is_no_clash(shelf: Path) -> None:
    path = put().path
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    again = put(own=True)
    assert (again.path, again.aside) == (path, ())
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


@pytest.mark.parametrize("taken", ["l4dyx.pt", "L4DYX.pt", "l4dyx.safetensors", "more/l4dyx.bin"])
def test_another_s_is_refused_and_one_s_own_is_kept_aside(shelf: Path, taken: str) -> None:
    users = shelf / taken
    users.parent.mkdir(exist_ok=True)
    write_embedding(users, Embedding(torch.full((2, WIDTH), 7.0), "l4dyx"))
    before = users.read_bytes()
    with pytest.raises(RequestError, match="“l4dyx” already"):
        put()
    assert [path for path in shelf.rglob("*") if path.is_file()] == [users]
    assert users.read_bytes() == before
    done = put(own=True)
    assert [path.read_bytes() for path in done.aside] == [before]
    assert [path for path in shelf.rglob("*") if path.is_file()] == [shelf / "l4dyx.pt"]
    assert put(name="l4dyx-30").path == shelf / "l4dyx-30.pt"


def test_a_picture_for_its_card_stays(shelf: Path) -> None:
    put()
    Image.new("RGB", (8, 8), (9, 9, 9)).save(shelf / "l4dyx.png")
    done = put(own=True, value=2.0)
    assert [path.name for path in done.aside] == ["l4dyx-1.pt"]
    assert sorted(path.name for path in shelf.iterdir()) == ["l4dyx.png", "l4dyx.pt"]


def test_one_that_another_extension_brings_is_never_moved(shelf: Path) -> None:
    from modules import sd_hijack
    from modules.textual_inversion.textual_inversion import Embedding as Theirs

    sd_hijack.model_hijack.embedding_db.word_embeddings["l4dyx"] = Theirs(torch.ones(1, WIDTH), "l4dyx")
    with pytest.raises(RequestError, match="another extension"):
        put(own=True)
    assert [*shelf.iterdir()] == []


def test_a_folder_that_cannot_be_made_is_one_line(shelf: Path, tmp_path: Path) -> None:
    from modules import shared

    shared.cmd_opts.embeddings_dir = str(tmp_path / "file" / "embeddings")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FolderError, match="cannot be written"):
        put()
