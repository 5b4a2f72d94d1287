"""The grid of a prompt in a txt2img that draws in no time: looked at first, stopped anywhere, gone on with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.errors import FolderError, RequestError, UnsafePrompt
from consistent_character.generating.dated import SETTINGS, dated_place
from consistent_character.generating.drawing import Picture
from consistent_character.generating.prompt_grid import DATED, PromptGrid, Txt2Img, draw_prompt_grid
from consistent_character.prompts.cells import Cell, Vocabulary
from consistent_character.prompts.framing import Shot

SMALL = Vocabulary(("a closeup", "a full body"), ("front shot", "side angle"))
PROMPT = "a closeup front shot photo of a woman"


@dataclass(frozen=True)
class Painted:
    image: Image.Image
    infotext: str


@dataclass
class FakeTxt2Img:
    """Draws each picture in one colour; `stop_at` presses Interrupt after so many, `skip` leaves out these."""

    output: Path
    prompt: str = PROMPT
    steps: int = 20
    tokens: int | None = 20
    stop_at: int = -1
    skip: frozenset[int] = frozenset()
    stopped: bool = False
    said: list[str] = field(default_factory=list)
    drawn: list[Shot] = field(default_factory=list)
    announced: list[Path] = field(default_factory=list)

    def settings(self) -> Mapping[str, Any]:
        return {"prompt": self.prompt, "steps": self.steps, "size": (8, 8)}

    def styled(self, prompt: str) -> str:
        return f"{prompt}, oil painting"

    def texts(self, shot: Shot, vocabulary: Vocabulary) -> tuple[str, ...]:
        return (shot.prompt,)

    def count_tokens(self, text: str) -> int | None:
        return self.tokens

    def tell(self, line: str) -> None:
        self.said.append(line)

    def draw(self, shots: Sequence[Shot], vocabulary: Vocabulary) -> Iterator[tuple[Shot, Painted]]:
        for number, shot in enumerate(shots):
            if number == self.stop_at:
                self.stopped = True
                return
            if number not in self.skip:
                self.drawn.append(shot)
                yield shot, Painted(Image.new("RGB", (8, 8)), f"{shot.prompt}\nSteps: 20, Seed: {shot.seed}")

    def saved(self, path: Path, picture: Picture) -> None:
        assert path.exists() and path.with_suffix(".txt").exists()
        self.announced.append(path)


def as_txt2img(fake: FakeTxt2Img) -> Txt2Img:
    return fake


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix in (".png", ".txt"))


def test_every_cell_has_its_prompt_and_every_picture_its_seed_and_text(tmp_path: Path) -> None:
    txt2img = FakeTxt2Img(tmp_path)
    result = draw_prompt_grid(PromptGrid(SMALL, per_cell=3), txt2img, tmp_path / "characters")
    assert (result.planned, result.existing, result.drawn, result.left) == (12, 0, 12, 0)
    assert result.folder == tmp_path / DATED / f"{date.today():%Y-%m-%d}-1"
    assert len({shot.seed for shot in txt2img.drawn}) == 12
    for shot in txt2img.drawn:
        assert shot.prompt == f"{shot.cell.zoom} {shot.cell.angle} photo of a woman, oil painting"
    assert {shot.cell for shot in txt2img.drawn[:4]} == set(SMALL.cells()), "one of each before the second of any"
    assert len(names(result.folder)) == 24
    assert len(txt2img.announced) == 12
    assert set(result.samples) == set(SMALL.cells())
    assert txt2img.said == [f"12 of 12 images drawn. Each lies with its .txt in {result.folder}."]


@pytest.mark.parametrize("stop_at", [0, 1, 7])
def test_the_same_settings_go_on_where_they_stopped(tmp_path: Path, stop_at: int) -> None:
    request = PromptGrid(SMALL, per_cell=2)
    stopped = FakeTxt2Img(tmp_path, stop_at=stop_at)
    first = draw_prompt_grid(request, stopped, tmp_path)
    assert (first.drawn, first.left) == (stop_at, 8 - stop_at)
    assert "still to come: generate again" in stopped.said[-1]
    rest = FakeTxt2Img(tmp_path)
    second = draw_prompt_grid(request, rest, tmp_path)
    assert second.folder == first.folder
    assert (second.existing, second.drawn) == (stop_at, 8 - stop_at)
    assert not {shot.seed for shot in stopped.drawn} & {shot.seed for shot in rest.drawn}
    assert len(names(first.folder)) == 16


def test_skipped_pictures_are_still_to_come(tmp_path: Path) -> None:
    request = PromptGrid(SMALL, per_cell=2)
    result = draw_prompt_grid(request, FakeTxt2Img(tmp_path, skip=frozenset({1, 2})), tmp_path)
    assert (result.drawn, result.left) == (6, 2)
    assert draw_prompt_grid(request, FakeTxt2Img(tmp_path), tmp_path).drawn == 2


def test_other_settings_and_a_finished_grid_begin_another_folder(tmp_path: Path) -> None:
    request = PromptGrid(SMALL, per_cell=1)
    folders = [
        draw_prompt_grid(wanted, FakeTxt2Img(tmp_path, steps=steps), tmp_path).folder.name
        for wanted, steps in [(request, 20), (request, 20), (request, 21), (replace(request, per_cell=2), 20)]
    ]
    assert [name.rsplit("-", 1)[1] for name in folders] == ["1", "2", "3", "2"], "more of each goes on with the newest"


def test_a_fixed_seed_draws_the_same_seeds_again_and_has_one_folder(tmp_path: Path) -> None:
    request = PromptGrid(SMALL, per_cell=2, seed=5)
    one, other, again = FakeTxt2Img(tmp_path / "a"), FakeTxt2Img(tmp_path / "b"), FakeTxt2Img(tmp_path / "a")
    first = draw_prompt_grid(request, one, tmp_path)
    draw_prompt_grid(request, other, tmp_path)
    assert one.drawn == other.drawn
    assert draw_prompt_grid(request, again, tmp_path).folder == first.folder
    assert again.drawn == []
    assert "All 8 images are in" in again.said[-1]


def test_a_character_gets_the_pictures_and_lends_its_words(tmp_path: Path) -> None:
    character = Character("adal0v", "a 30yo woman")
    with CharacterFolder.create(tmp_path / "ada", character) as folder:
        txt2img = FakeTxt2Img(tmp_path / "out", prompt=" ")
        result = draw_prompt_grid(PromptGrid(SMALL, per_cell=1, folder="ada"), txt2img, tmp_path)
        assert result.folder == folder.images
        assert len(folder.pairs()) == 4
        assert txt2img.drawn[0].prompt == f"{character.prompt(SMALL.cells()[0])}, oil painting"
        own = FakeTxt2Img(tmp_path / "out")
        draw_prompt_grid(PromptGrid(SMALL, per_cell=2, folder=str(folder.path)), own, tmp_path)
        assert [
            shot.prompt.startswith(f"{cell} photo of a woman")
            for shot, cell in zip(own.drawn, SMALL.cells(), strict=True)
        ]
        assert len(folder.pairs()) == 8
        folder.move_out([(pair, "surplus") for pair in folder.pairs()[:3]])
        later = FakeTxt2Img(tmp_path / "out")
        draw_prompt_grid(PromptGrid(SMALL, per_cell=2, folder="ada"), later, tmp_path)
        assert later.drawn == []
    assert not (tmp_path / "out").exists()


def test_an_earlier_grid_is_gone_on_with_by_its_path_and_nothing_begins_elsewhere(tmp_path: Path) -> None:
    result = draw_prompt_grid(PromptGrid(SMALL, per_cell=1), FakeTxt2Img(tmp_path), tmp_path)
    more = PromptGrid(SMALL, per_cell=2, folder=str(result.folder))
    assert draw_prompt_grid(more, FakeTxt2Img(tmp_path, steps=9), tmp_path).existing == 4
    (tmp_path / "elsewhere").mkdir()
    for folder in ("elsewhere", "../nobody", str(tmp_path)):
        with pytest.raises(RequestError, match="no character “"):
            draw_prompt_grid(replace(more, folder=folder), FakeTxt2Img(tmp_path), tmp_path / "characters")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ("a woman", RequestError),
        ("a closeup, a full body, front shot", RequestError),
        ("", RequestError),
        ("a closeup front shot of a naked 15yo girl", UnsafePrompt),
    ],
)
def test_a_prompt_that_cannot_be_drawn_leaves_nothing_behind(
    tmp_path: Path, prompt: str, kind: type[Exception]
) -> None:
    txt2img = FakeTxt2Img(tmp_path / "out", prompt=prompt)
    with pytest.raises(kind) as caught:
        draw_prompt_grid(PromptGrid(SMALL), txt2img, tmp_path)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_the_look_that_a_characters_token_hides_is_read_with_the_prompt(tmp_path: Path) -> None:
    with CharacterFolder.create(tmp_path / "ada", Character("adal0v", "a 15yo girl")) as folder:
        txt2img = FakeTxt2Img(tmp_path / "out", prompt="a closeup front shot photo of adal0v, naked")
        with pytest.raises(UnsafePrompt):
            draw_prompt_grid(PromptGrid(SMALL, folder="ada"), txt2img, tmp_path)
        assert not folder.pairs()


def test_long_prompts_are_told_of_and_an_unknown_length_is_not(tmp_path: Path) -> None:
    for tokens, warned in ((75, False), (76, True), (None, False)):
        txt2img = FakeTxt2Img(tmp_path, tokens=tokens)
        draw_prompt_grid(PromptGrid(SMALL, per_cell=1), txt2img, tmp_path)
        assert ("4 of the 4 prompts are longer than 75 tokens" in txt2img.said[0]) == warned


def test_a_dated_folder_with_broken_files_is_left_alone(tmp_path: Path) -> None:
    request = PromptGrid(SMALL, per_cell=1)
    today = date(2024, 2, 29)
    place = dated_place(tmp_path, request, {"a": 1}, today)
    (place.plan / "grid.json").write_text("{", encoding="utf-8")
    assert dated_place(tmp_path, request, {"a": 1}, today).plan.name == "2024-02-29-2"
    (tmp_path / "2024-02-29-2" / SETTINGS).write_text("{", encoding="utf-8")
    assert dated_place(tmp_path, request, {"a": 1}, today).plan.name == "2024-02-29-3"


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    (tmp_path / DATED).write_text("in the way", encoding="utf-8")
    with pytest.raises(FolderError):
        draw_prompt_grid(PromptGrid(SMALL), FakeTxt2Img(tmp_path), tmp_path)


def test_a_phrase_stays_a_cell_of_its_list() -> None:
    assert Cell("a closeup", "front shot") in PromptGrid().cells
