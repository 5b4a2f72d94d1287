"""Which iteration is put where prompts find it, and by which name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.installed import own_names
from consistent_character.choosing import ForestTest, InstallRequest, install
from consistent_character.choosing.result import write_result
from consistent_character.errors import FolderError, RequestError


class Shelf:
    """A host's folder of embeddings."""

    def __init__(self) -> None:
        self.placed: list[tuple[str, str]] = []

    def __call__(self, file: Path, name: str) -> Path:
        self.placed.append((file.name, name))
        return Path("embeddings", f"{name}.pt")


@pytest.fixture
def folder(tmp_path: Path) -> CharacterFolder:
    """With a run of two iterations, the first of which is recommended."""
    made = CharacterFolder.create(tmp_path / "her", Character("l4dyx", "a woman with dark skin"))
    run = made.new_run()
    (run / "embeddings").mkdir()
    for step in (30, 60):
        (run / "embeddings" / f"l4dyx-{step}.pt").write_bytes(b"")
    (run / "request.json").write_text(json.dumps({"name": "l4dyx"}), encoding="utf-8")
    write_result(run, told(30))
    return made


def told(step: int | None) -> ForestTest:
    return ForestTest("", "woman", "world", (1, 2), (), (), (), None, step, "", 1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("request_", "placed"),
    [
        (InstallRequest(), ("l4dyx-30.pt", "l4dyx")),
        (InstallRequest(60), ("l4dyx-60.pt", "l4dyx")),
        (InstallRequest(60, " her-60 "), ("l4dyx-60.pt", "her-60")),
    ],
)
def test_the_recommended_one_by_the_token_unless_told_otherwise(
    folder: CharacterFolder, request_: InstallRequest, placed: tuple[str, str]
) -> None:
    shelf = Shelf()
    done = install(folder, folder.runs()[0], request_, shelf)
    assert shelf.placed == [placed]
    assert (f"l4dyx-{done.step}.pt", done.name, done.path.name) == (*placed, f"{placed[1]}.pt")
    assert own_names(folder.path) == {placed[1]}
    install(folder, folder.runs()[0], InstallRequest(30, "Other"), shelf)
    assert own_names(folder.path) == {placed[1], "other"}


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        (InstallRequest(45), "no iteration of step 45: take one of 30, 60"),
        (InstallRequest(name="../her"), "cannot be used"),
        (InstallRequest(name="two words"), "cannot be used"),
    ],
)
def test_what_cannot_be_is_one_line_and_nothing_is_placed(
    folder: CharacterFolder, request_: InstallRequest, line: str
) -> None:
    shelf = Shelf()
    with pytest.raises(RequestError, match=line):
        install(folder, folder.runs()[0], request_, shelf)
    assert shelf.placed == []
    assert own_names(folder.path) == frozenset()


def test_nothing_is_recommended(folder: CharacterFolder) -> None:
    run = folder.runs()[0]
    write_result(run, told(None))
    with pytest.raises(RequestError, match="forest test first, or name a step"):
        install(folder, run, InstallRequest(), Shelf())
    (run / "forest-test.json").unlink()
    with pytest.raises(RequestError, match="forest test first, or name a step"):
        install(folder, run, InstallRequest(), Shelf())
    assert install(folder, run, InstallRequest(60), Shelf()).step == 60
    with pytest.raises(FolderError, match="no iterations"):
        install(folder, folder.new_run(), InstallRequest(60), Shelf())
