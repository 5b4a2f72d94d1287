"""Drawing the grid with an engine that draws in no time: stopped anywhere, gone on with, on a full disk, refused."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import RenderRequest
from consistent_character.errors import ConsistentCharacterError, FolderError, Interrupted, RequestError, UnsafePrompt
from consistent_character.generating import GridRequest, generate
from consistent_character.progress import Silent
from consistent_character.prompts.cells import all_cells
from tests.fakes import FakeEngine

SMALL = GridRequest(per_cell=1, width=64, height=64, steps=4, sampler="Euler a", negative_prompt="young, teen")


@dataclass
class Steps(Silent):
    """Progress that remembers what it was told, and stops after `stop_at` pictures."""

    stop_at: int = -1

    def __post_init__(self) -> None:
        super().__init__()
        self.begun: list[tuple[int, int]] = []
        self.advanced = 0

    def begin(self, job: str, total: int, done: int = 0) -> None:
        self.begun.append((total, done))

    def advance(self, units: int = 1, note: str = "") -> None:
        self.advanced += units
        if self.advanced == self.stop_at:
            raise Interrupted("stopped")


@pytest.fixture
def folder(tmp_path: Path) -> CharacterFolder:
    return CharacterFolder.create(tmp_path / "ada", Character(token="adal0v", look="a 30yo woman with hazel eyes"))


def _pictures(folder: CharacterFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.images.iterdir())}


def test_every_cell_becomes_a_pair_with_its_infotext(folder: CharacterFolder) -> None:
    engine, progress = FakeEngine(), Steps()
    result = generate(folder, SMALL, engine, progress)
    assert (result.planned, result.existing, result.drawn) == (25, 0, 25)
    assert progress.begun == [(25, 0)]
    assert progress.advanced == 25
    assert [request.prompt for request in engine.rendered] == [folder.character.prompt(cell) for cell in all_cells()]
    for path, request in zip(result.images, engine.rendered, strict=True):
        assert path.name.endswith(f"-{request.seed}.png")
        with Image.open(path) as picture:
            written = picture.info["parameters"]
            assert picture.size == (64, 64)
        assert written.startswith(f"{request.prompt}\nNegative prompt: young, teen\nSteps: 4,")
        assert path.with_suffix(".txt").read_text(encoding="utf-8") == f"{written}\n"
    assert len(folder.pairs()) == 25


@pytest.mark.parametrize("stop_at", [1, 7, 25])
def test_stopped_anywhere_it_goes_on_and_ends_with_the_same_files(tmp_path: Path, stop_at: int) -> None:
    character = Character(token="adal0v", look="a 30yo woman")
    folders = [CharacterFolder.create(tmp_path / name, character) for name in ("whole", "stopped")]
    generate(folders[0], GridRequest(per_cell=1, width=64, height=64, seed=3), FakeEngine(), Silent())
    request = GridRequest(per_cell=1, width=64, height=64, seed=3)
    with pytest.raises(Interrupted):
        generate(folders[1], request, FakeEngine(), Steps(stop_at))
    assert len(folders[1].pairs()) == stop_at
    progress = Steps()
    result = generate(folders[1], request, FakeEngine(), progress)
    assert progress.begun == [(25, stop_at)]
    assert result.drawn == 25 - stop_at
    assert _pictures(folders[0]) == _pictures(folders[1])


def test_nothing_is_drawn_twice_not_even_what_was_rejected_since(folder: CharacterFolder) -> None:
    generate(folder, SMALL, FakeEngine(), Silent())
    folder.move_out([(pair, "surplus") for pair in folder.pairs()[:10]])
    engine = FakeEngine()
    result = generate(folder, SMALL, engine, Silent())
    assert (result.existing, result.drawn, engine.rendered) == (25, 0, [])


def test_a_larger_grid_draws_only_what_is_new(folder: CharacterFolder) -> None:
    generate(folder, SMALL, FakeEngine(), Silent())
    before = _pictures(folder)
    result = generate(folder, GridRequest(per_cell=2, width=64, height=64), FakeEngine(), Silent())
    assert (result.planned, result.existing, result.drawn) == (50, 25, 25)
    assert before.items() <= _pictures(folder).items()


def test_a_pair_cut_off_between_text_and_picture_is_drawn_again(folder: CharacterFolder) -> None:
    result = generate(folder, SMALL, FakeEngine(), Silent())
    before = _pictures(folder)
    result.images[3].unlink()
    assert generate(folder, SMALL, FakeEngine(), Silent()).images == (result.images[3],)
    assert _pictures(folder) == before


def _refuse(code: int) -> Callable[[int], None]:
    def fsync(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    return fsync


@pytest.mark.parametrize(
    ("code", "line"),
    [(errno.ENOSPC, "free some space"), (errno.EROFS, "Read-only"), (errno.EACCES, "change its permissions")],
)
def test_a_disk_that_refuses_is_told_in_one_line_and_nothing_is_lost(
    folder: CharacterFolder, monkeypatch: pytest.MonkeyPatch, code: int, line: str
) -> None:
    def fill_the_disk(request: RenderRequest) -> None:
        if len(engine.rendered) == 5:
            monkeypatch.setattr(os, "fsync", _refuse(code))

    engine = FakeEngine(on_render=fill_the_disk)
    with pytest.raises(FolderError, match=line) as caught:
        generate(folder, SMALL, engine, Silent())
    assert "\n" not in str(caught.value)
    assert len(folder.pairs()) == 5
    assert not list(folder.images.glob(".*"))
    monkeypatch.undo()
    assert generate(folder, SMALL, FakeEngine(), Silent()).drawn == 20


def test_an_unsafe_character_is_refused_before_anything_is_drawn_or_planned(tmp_path: Path) -> None:
    child = Character(token="adal0v", look="a 15yo girl with hazel eyes", wardrobe="(naked:1.3)")
    folder = CharacterFolder.create(tmp_path / "ada", child)
    engine = FakeEngine()
    with pytest.raises(UnsafePrompt):
        generate(folder, SMALL, engine, Silent())
    assert engine.rendered == []
    assert not (folder.path / "grid.json").exists()


def test_the_negative_prompt_may_name_what_must_not_come(tmp_path: Path) -> None:
    woman = Character(token="adal0v", look="a beautiful 25yo French woman", wardrobe="(naked:1.3)")
    folder = CharacterFolder.create(tmp_path / "ada", woman)
    request = GridRequest(per_cell=1, width=64, height=64, negative_prompt="young, loli, teen, child")
    assert generate(folder, request, FakeEngine(), Silent()).drawn == 25


def test_a_setting_that_cannot_be_used_is_refused_first(folder: CharacterFolder) -> None:
    engine = FakeEngine()
    with pytest.raises(RequestError, match="Pictures per cell"):
        generate(folder, GridRequest(per_cell=0), engine, Silent())
    assert engine.rendered == []


def test_an_engine_that_gives_up_is_not_taken_for_a_finished_one(folder: CharacterFolder) -> None:
    class GivesUp(FakeEngine):
        def render(self, requests):  # type: ignore[no-untyped-def]
            for count, rendered in enumerate(super().render(requests)):
                if count == 3:
                    return
                yield rendered

    with pytest.raises(ConsistentCharacterError, match="another number of pictures"):
        generate(folder, SMALL, GivesUp(), Silent())
    assert len(folder.pairs()) == 3
