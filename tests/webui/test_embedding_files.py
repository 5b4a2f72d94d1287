"""Embeddings by file in the real web UI: each means what it holds, and none is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from consistent_character.engine import EmbeddingFile
from tests.webui.conftest import MakeEmbedding
from tests.webui.pictures import apart, as_json, asking, draw
from tests.webui.server import RunningWebUI

pytestmark = pytest.mark.webui

WORDS = ("woman with red hair", "man with black hair", "woman in a green dress", "old man", "girl on a beach", "forest")


@pytest.fixture(autouse=True)
def nothing_is_left(running: RunningWebUI) -> Iterator[None]:
    """After each of these tests the web UI is as it was before."""
    before = _state(running)
    yield
    assert _state(running) == before


def _state(running: RunningWebUI) -> dict[str, Any]:
    """All but when the user's folder was looked at, which some of these tests change as a user would."""
    found: dict[str, Any] = running.inside("state.everything")
    del found["embeddings"]["folders"]
    return found


@pytest.fixture
def in_folder(running: RunningWebUI, make_embedding: MakeEmbedding) -> Iterator[MakeEmbedding]:
    """Puts embeddings into the user's folder for the length of a test."""
    made: list[EmbeddingFile] = []

    def put(name: str, words: str) -> EmbeddingFile:
        made.append(make_embedding(name, words, running.embeddings))
        running.inside("engine.reload_embeddings")
        return made[-1]

    yield put
    for file in made:
        file.path.unlink()
    running.inside("engine.reload_embeddings")


def test_many_in_one_batch_mean_what_they_hold(
    running: RunningWebUI, make_embedding: MakeEmbedding, tmp_path: Path
) -> None:
    """Each is the words' own vectors, so each picture is the words' own picture."""
    spelt = [asking(f"a photo of {words}, gray wall", seed) for seed, words in enumerate(WORDS)]
    named = []
    for seed, words in enumerate(WORDS):
        file = make_embedding(f"lady-at-{seed:02d}", words)
        named.append(asking(f"a photo of {file.name}, gray wall", seed, embeddings=(file,)))
    wanted, found = (draw(running, asked, tmp_path / name) for name, asked in (("spelt", spelt), ("named", named)))
    assert max(map(apart, wanted, found)) <= 1
    assert min(apart(wanted[0], other) for other in wanted[1:]) > 50
    alone = draw(running, [named[3]], tmp_path / "alone")
    assert apart(alone[0], found[3]) <= 1


def test_one_name_for_two_files_in_a_row(running: RunningWebUI, make_embedding: MakeEmbedding, tmp_path: Path) -> None:
    first, second = (make_embedding(f"file{number}", words) for number, words in enumerate(WORDS[:2]))
    request = asking("a photo of her", 3)
    both = [
        replace(request, prompt="a photo of lady", embeddings=(EmbeddingFile("lady", file.path),))
        for file in (first, second)
    ]
    found = draw(running, both, tmp_path / "named")
    wanted = draw(running, [replace(request, prompt=f"a photo of {words}") for words in WORDS[:2]], tmp_path / "spelt")
    assert max(map(apart, wanted, found)) <= 1
    again = draw(running, [both[0]], tmp_path / "again")
    assert apart(again[0], wanted[0]) <= 1, "what the prompt came to before was remembered by its text"


def test_a_name_longer_than_the_user_s_is_ours(
    running: RunningWebUI, make_embedding: MakeEmbedding, in_folder: MakeEmbedding, tmp_path: Path
) -> None:
    in_folder("lady", "forest")
    ours, same = make_embedding("lady-at-10", WORDS[0]), make_embedding("LADY", WORDS[1])
    assert "lady" in running.inside("engine.embedding_names")
    requests = [asking("a photo of Lady-at-10", embeddings=(ours,)), asking("a photo of lady", embeddings=(same,))]
    spelt = [asking(f"a photo of {words}") for words in (*WORDS[:2], "forest")]
    found, wanted = draw(running, requests, tmp_path / "named"), draw(running, spelt, tmp_path / "spelt")
    assert apart(found[0], wanted[0]) <= 1
    assert apart(found[1], wanted[1]) <= 1
    theirs = draw(running, [asking("a photo of lady")], tmp_path / "theirs")
    assert apart(theirs[0], wanted[2]) <= 1, "the user's own is back"


def test_a_change_of_the_user_s_folder_does_not_make_the_web_ui_forget(
    running: RunningWebUI, make_embedding: MakeEmbedding, tmp_path: Path
) -> None:
    before = running.inside("state.embeddings")
    added = make_embedding("added", "forest", running.embeddings)
    try:
        ours = make_embedding("lady-at-10", WORDS[0])
        found = draw(running, [asking("a photo of lady-at-10", embeddings=(ours,))], tmp_path / "named")
        assert running.inside("state.embeddings") == before
        assert "added" in running.inside("engine.embedding_names")
    finally:
        added.path.unlink()
    wanted = draw(running, [asking(f"a photo of {WORDS[0]}")], tmp_path / "spelt")
    assert apart(found[0], wanted[0]) <= 1


def test_what_a_newer_torch_writes_is_read(
    running: RunningWebUI, tmp_path: Path, make_embedding: MakeEmbedding
) -> None:
    plain = make_embedding("lady", WORDS[0])
    newer = EmbeddingFile("lady", tmp_path / "newer.pt")
    torch.save(torch.load(plain.path, weights_only=True), newer.path)
    old, new = (asking("a photo of lady", embeddings=(file,)) for file in (plain, newer))
    running.inside("engine.safe_unpickle", on=True)
    try:
        found = draw(running, [old, new], tmp_path / "pictures")
    finally:
        running.inside("engine.safe_unpickle", on=False)
    assert apart(*found) == 0


@pytest.mark.parametrize("kind", ["missing", "garbage", "another model's", "signs only"])
def test_what_is_no_embedding_is_told(
    running: RunningWebUI, tmp_path: Path, kind: str, make_embedding: MakeEmbedding
) -> None:
    path = tmp_path / "broken.pt"
    if kind == "garbage":
        path.write_bytes(b"no embedding")
    elif kind != "missing":
        width = 768 if kind == "another model's" else 128
        torch.save({"string_to_param": {"*": torch.zeros(2, width)}, "name": "lady"}, path)
    good = make_embedding("good", WORDS[0])
    name = " " if kind == "signs only" else "lady"
    asked = asking("a photo of lady and good", embeddings=(good, EmbeddingFile(name, path)))
    (told,) = running.inside("engine.render", requests=[as_json(asked)], folder=str(tmp_path))
    assert told["error"].startswith("RequestError: ")
    assert ("another model" in told["error"]) == (kind == "another model's")
