"""An embedding is put into a fake web UI's folder, and nothing that is there is touched."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
import torch

from consistent_character.errors import FolderError, RequestError
from consistent_character.hosts.embedding_files import Embedding, read_embedding, write_embedding

WIDTH = 128


def embedding(path: Path, value: float = 1.0, width: int = WIDTH) -> Path:
    write_embedding(path, Embedding(torch.full((2, width), value), path.stem, step=30, checkpoint_name="world"))
    return path


@pytest.fixture
def shelf(modules: ModuleType, tmp_path: Path) -> Path:
    """The web UI's folder, which it has looked into."""
    from modules import sd_hijack, shared

    folder = tmp_path / "embeddings"
    folder.mkdir()
    shared.cmd_opts.embeddings_dir = str(folder)
    sd_hijack.model_hijack.embedding_db.add_embedding_dir(str(folder))
    return folder


def test_it_is_there_by_its_new_name_and_the_same_again_is_no_clash(shelf: Path, tmp_path: Path) -> None:
    from consistent_character.hosts.webui.installing import install

    file = embedding(tmp_path / "l4dyx-30.pt")
    path = install(file, "l4dyx")
    assert path == shelf / "l4dyx.pt"
    there = read_embedding(path, WIDTH)
    assert (there.name, there.step, there.checkpoint_name) == ("l4dyx", 30, "world")
    assert torch.equal(there.vectors, read_embedding(file, WIDTH).vectors)
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    assert install(file, "l4dyx") == path
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [one.name for one in shelf.iterdir()] == ["l4dyx.pt"]


@pytest.mark.parametrize("taken", ["l4dyx.pt", "L4DYX.pt", "l4dyx.safetensors", "more/l4dyx.png"])
def test_a_name_that_is_taken_is_refused(shelf: Path, tmp_path: Path, taken: str) -> None:
    from consistent_character.hosts.webui.installing import install

    users = shelf / taken
    users.parent.mkdir(exist_ok=True)
    embedding(users.with_suffix(".pt"), 7).rename(users)
    before = users.read_bytes()
    with pytest.raises(RequestError, match=r"“l4dyx” already.* such as l4dyx-30"):
        install(embedding(tmp_path / "l4dyx-30.pt"), "l4dyx")
    assert [path for path in shelf.rglob("*") if path.is_file()] == [users]
    assert users.read_bytes() == before
    assert install(tmp_path / "l4dyx-30.pt", "l4dyx-30") == shelf / "l4dyx-30.pt"


def test_one_for_another_model_is_refused(shelf: Path, tmp_path: Path) -> None:
    from consistent_character.hosts.webui.installing import install

    with pytest.raises(RequestError, match="for another model"):
        install(embedding(tmp_path / "l4dyx-30.pt", width=768), "l4dyx")
    assert [*shelf.iterdir()] == []


def test_a_folder_that_cannot_be_made_is_one_line(shelf: Path, tmp_path: Path) -> None:
    from modules import shared

    from consistent_character.hosts.webui.installing import install

    shared.cmd_opts.embeddings_dir = str(tmp_path / "file" / "embeddings")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FolderError, match="cannot be written"):
        install(embedding(tmp_path / "l4dyx-30.pt"), "l4dyx")
