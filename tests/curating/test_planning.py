"""Curating a folder of painted pictures with everything in it that goes wrong."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter
from PIL.PngImagePlugin import PngInfo

from consistent_character import curating
from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.curating import CurateRequest, CurationPlan, Decision, analysis
from consistent_character.errors import Interrupted, RequestError
from consistent_character.progress import Silent
from consistent_character.prompts.cells import Cell
from consistent_character.vision import features
from worlds.cartoon.painter import paint
from worlds.cartoon.scene import HELD_OUT

CELLS = (
    Cell("an extreme closeup", "front shot"),
    Cell("a medium shot", "side angle"),
    Cell("a full body", "rear angle"),
)


def _paint(cell: Cell, seed: int, background: str = "gray", person: int = 0) -> Image.Image:
    scene = HELD_OUT[person].seen(clothes="gray", zoom=cell.zoom, angle=cell.angle, background=background)
    return paint(scene, Random(seed))


def _infotext(cell: Cell) -> str:
    return f"{cell} photo of a woman\nNegative prompt: a closeup, low angle shot\nSteps: 4, Seed: 1, Size: 96x96"


def _save(folder: CharacterFolder, name: str, picture: Image.Image, cell: Cell | None) -> None:
    picture.save(folder.images / name)
    if cell is not None:
        (folder.images / name).with_suffix(".txt").write_text(_infotext(cell), encoding="utf-8")


@pytest.fixture
def empty(tmp_path: Path) -> CharacterFolder:
    return CharacterFolder.create(tmp_path / "ada", Character(token="adal0v", look="a woman"))


@pytest.fixture
def folder(empty: CharacterFolder) -> CharacterFolder:
    """Eight pictures of each of three cells, all different and all good."""
    for row, cell in enumerate(CELLS):
        for number in range(8):
            _save(empty, f"{row}{number}.png", _paint(cell, 100 * row + number), cell)
    return empty


def _plan(folder: CharacterFolder, keep: int = 150) -> tuple[CurationPlan, dict[str, Decision]]:
    plan = curating.plan(folder, CurateRequest(keep), Silent())
    return plan, {decision.image: decision for decision in plan.decisions}


def test_good_pictures_before_gray_all_stay(folder: CharacterFolder) -> None:
    plan, rows = _plan(folder)
    assert len(plan.kept) == 24
    assert {decision.verdict for decision in plan.decisions} == {"good"}
    assert [rows[f"{row}0.png"].cell for row in range(3)] == list(CELLS)
    for decision in plan.decisions:
        assert decision.scores is not None
        assert 0.5 < decision.scores.quality <= 1


def test_an_empty_folder_is_an_empty_plan(empty: CharacterFolder) -> None:
    plan, rows = _plan(empty)
    assert (plan.decisions, rows, curating.apply(empty, plan)) == ((), {}, 0)


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture at all", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "cut", "chunk"],
    ids=["empty", "text", "header", "cut", "chunk"],
)
def test_a_file_that_cannot_be_read_becomes_a_row_and_stops_nothing(
    folder: CharacterFolder, content: bytes | str
) -> None:
    if isinstance(content, str):
        file = io.BytesIO()
        Image.effect_noise((96, 96), 80).save(file, "PNG")
        whole = file.getvalue()
        content = whole[: len(whole) // 2] if content == "cut" else whole[:60] + b"\xff" * 20 + whole[80:]
    (folder.images / "broken.png").write_bytes(content)
    plan, rows = _plan(folder)
    assert rows["broken.png"].rejected_as == "unreadable"
    assert rows["broken.png"].verdict == "bad"
    assert rows["broken.png"].reason.startswith("unreadable: ")
    assert rows["broken.png"].scores is None
    assert len(plan.kept) == 24


@pytest.mark.parametrize("colour", [(0, 0, 0), (128, 128, 128), (90, 40, 160)])
def test_a_blank_picture_goes(folder: CharacterFolder, colour: tuple[int, int, int]) -> None:
    grain = Image.effect_noise((96, 96), 3).convert("RGB")
    blank = Image.blend(Image.new("RGB", (96, 96), colour), grain, 0.1)
    _save(folder, "blank.png", blank, CELLS[0])
    _, rows = _plan(folder)
    assert (rows["blank.png"].rejected_as, rows["blank.png"].verdict) == ("blank", "bad")


def test_of_two_alike_the_better_stays_and_is_named(folder: CharacterFolder) -> None:
    with Image.open(folder.images / "13.png") as picture:
        original = picture.convert("RGB")
    _save(folder, "13-again.jpg", original.filter(ImageFilter.GaussianBlur(0.4)), CELLS[1])
    _save(folder, "13-bright.png", ImageEnhance.Brightness(original).enhance(1.04), CELLS[1])
    plan, rows = _plan(folder)
    alike = {name: rows[name] for name in ("13.png", "13-again.jpg", "13-bright.png")}
    stays = [name for name, decision in alike.items() if decision.keep]
    assert len(stays) == 1
    assert alike["13-again.jpg"].rejected_as == "near-duplicate", "the blurred one is not the better one"
    gone = [decision for decision in alike.values() if not decision.keep]
    assert {decision.reason for decision in gone} == {f"nearly the same picture as {stays[0]}, which is better"}
    assert len(plan.kept) == 24


@pytest.mark.parametrize(("keep", "of_each"), [(3, 1), (12, 4), (21, 7)])
def test_surplus_goes_evenly_over_the_cells(folder: CharacterFolder, keep: int, of_each: int) -> None:
    plan, _ = _plan(folder, keep)
    assert Counter(decision.cell for decision in plan.kept) == dict.fromkeys(CELLS, of_each)
    assert dict(plan.reasons) == {"surplus": 24 - keep}
    assert all("enough pictures of this cell are better" in decision.reason for decision in plan.rejected)


def test_what_is_unlike_the_others_is_left_to_the_person_and_goes_first(folder: CharacterFolder) -> None:
    _save(folder, "forest.png", _paint(CELLS[0], 900, "forest"), CELLS[0])
    _save(folder, "other.png", _paint(CELLS[0], 901, person=3), CELLS[0])
    with Image.open(folder.images / "25.png") as picture:
        picture.convert("RGB").filter(ImageFilter.GaussianBlur(3)).save(folder.images / "25.png")
    plan, rows = _plan(folder)
    assert len(plan.kept) == 26
    assert {decision.image for decision in plan.decisions if decision.verdict == "unsure"} >= {"forest.png", "25.png"}
    assert "backdrop is unlike" in rows["forest.png"].reason
    assert "less sharp" in rows["25.png"].reason
    plan, rows = _plan(folder, 18)
    assert rows["forest.png"].rejected_as == rows["25.png"].rejected_as == "surplus"
    assert "backdrop is unlike" in rows["forest.png"].reason


def test_the_cell_is_read_from_the_caption_or_from_inside_the_picture(empty: CharacterFolder) -> None:
    chunks = PngInfo()
    chunks.add_text("parameters", _infotext(CELLS[2]))
    _paint(CELLS[2], 1).save(empty.images / "inside.png", pnginfo=chunks)
    _save(empty, "beside.png", _paint(CELLS[1], 2), CELLS[1])
    _save(empty, "nowhere.png", _paint(CELLS[0], 3), None)
    _save(empty, "only-negative.png", _paint(CELLS[0], 5), None)
    text = "a photo\nNegative prompt: a closeup, low angle shot\nSteps: 4, Seed: 1, Size: 96x96"
    (empty.images / "only-negative.txt").write_text(text, encoding="utf-8")
    _save(empty, "garbled.png", _paint(CELLS[0], 4), None)
    (empty.images / "garbled.txt").write_bytes(b"\xff\xfe\x00a\x00")
    _, rows = _plan(empty)
    assert {name: row.cell for name, row in rows.items()} == {
        "inside.png": CELLS[2],
        "beside.png": CELLS[1],
        "nowhere.png": None,
        "only-negative.png": None,
        "garbled.png": None,
    }


def test_apply_moves_pairs_stores_verdicts_and_can_be_undone(folder: CharacterFolder) -> None:
    (folder.images / "broken.png").write_bytes(b"broken")
    before = {path.name: path.read_bytes() for path in folder.images.iterdir()}
    plan, _ = _plan(folder, 12)
    assert {path.name for path in folder.images.iterdir()} == set(before), "a plan moves nothing"
    assert curating.apply(folder, plan) > 0
    assert {pair.image.name for pair in folder.pairs()} == {decision.image for decision in plan.kept}
    for decision in plan.rejected:
        moved = folder.path / "rejected" / str(decision.rejected_as) / decision.image
        assert moved.read_bytes() == before[decision.image]
        assert moved.with_suffix(".txt").exists() == (decision.image != "broken.png")
    stored = {row.image: row for row in folder.database.verdicts()}
    assert set(stored) == {decision.image for decision in plan.decisions}
    assert stored["broken.png"].verdict == "bad"
    assert stored["broken.png"].score == 0
    folder.undo()
    assert {path.name: path.read_bytes() for path in folder.images.iterdir()} == before


def test_apply_passes_over_what_has_gone_since(folder: CharacterFolder) -> None:
    plan, _ = _plan(folder, 23)
    (folder.images / plan.rejected[0].image).unlink()
    assert curating.apply(folder, plan) == 0


def test_pictures_are_decoded_once(folder: CharacterFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = _plan(folder)

    def decoded_again(path: Path, edge: int) -> features.Floats:
        raise AssertionError(path)

    monkeypatch.setattr(features, "load_rgb", decoded_again)
    (folder.images / "00.png").rename(folder.images / "99.png")
    (folder.images / "00.txt").rename(folder.images / "99.txt")
    again, rows = _plan(folder)
    assert rows["99.png"].keep
    assert [d.scores for d in again.decisions[:-1]] == [d.scores for d in first.decisions[1:]]


def test_an_analysis_comes_back_from_its_json(folder: CharacterFolder) -> None:
    seen = analysis.look_at(folder.images / "00.png")
    back = analysis.Analysis.from_json(seen.to_json())
    assert back.hashes == seen.hashes
    assert back.thumbnail == pytest.approx(seen.thumbnail, abs=0.5 / 255 + 1e-6)
    assert back.person == pytest.approx(seen.person, abs=1e-4)


def test_typicality_of_known_vectors() -> None:
    assert analysis.typicality([]) == []
    cloud = [Random(seed).gauss(0, 1) for seed in range(30)]
    points = [np.array([value, 1.0], dtype=np.float32) for value in (*cloud, 60.0)]
    scores = analysis.typicality(points)
    assert scores[-1] == 0
    assert min(scores[:-1]) > 0.6
    assert analysis.typicality(points[:4]) == [1.0] * 4


def test_company_lets_a_cell_have_two_middles() -> None:
    random = Random(1)
    left = [np.array([random.gauss(0, 1), 0.0], dtype=np.float32) for _ in range(8)]
    right = [np.array([random.gauss(50, 1), 0.0], dtype=np.float32) for _ in range(3)]
    alone = [np.array([25.0, 0.0], dtype=np.float32)]
    scores = analysis.company([*left, *right, *alone])
    assert scores[-1] == 0
    assert min(scores[:-1]) > 0.5
    assert min(analysis.typicality([*left, *right, *alone])[8:11]) == 0, "the middle of all is on the left"
    assert analysis.company(alone * 4) == [1.0] * 4


@pytest.mark.parametrize("zoom", ["an extreme closeup", "a medium closeup"])
def test_faces_that_fill_the_picture_or_turn_both_ways_are_no_outliers(empty: CharacterFolder, zoom: str) -> None:
    for angle in ("side angle", "shot from above"):
        for number in range(8):
            _save(empty, f"{angle}{number}.png", _paint(Cell(zoom, angle), number), Cell(zoom, angle))
    for number in range(24):
        _save(empty, f"{number}.png", _paint(CELLS[2], number), CELLS[2])
    plan, _ = _plan(empty)
    assert {decision.verdict for decision in plan.decisions} == {"good"}


def test_it_stops_when_asked_and_refuses_to_keep_nothing(folder: CharacterFolder) -> None:
    progress = Silent()
    progress.interrupt()
    with pytest.raises(Interrupted):
        curating.plan(folder, CurateRequest(), progress)
    with pytest.raises(RequestError, match="Keep at least 1"):
        curating.plan(folder, CurateRequest(keep=0), Silent())
