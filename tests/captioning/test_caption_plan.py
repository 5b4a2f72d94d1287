"""The plan shows everything before it happens; applying it can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from consistent_character import captioning
from consistent_character.captioning import CaptionRequest, CaptionRow, words_changed
from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.errors import CaptionError, RequestError

LOOK = "a woman, hazel eyes"
REQUEST = CaptionRequest("abc", LOOK)
PROMPT = f"a closeup front shot photo of {LOOK}, (red dress:1.3)"
CAPTION = "a closeup front shot photo of abc red dress"
INFOTEXT = f"{PROMPT}\nNegative prompt: blurry\nSteps: 30, Sampler: Euler a, Seed: 1, Size: 8x8"


@pytest.fixture
def folder(tmp_path: Path) -> CharacterFolder:
    return CharacterFolder.create(tmp_path / "abc", Character("abc", LOOK))


def _add(folder: CharacterFolder, name: str, caption: bytes | None, inside: str = "") -> Path:
    path = folder.images / name
    info = PngInfo()
    if inside:
        info.add_text("parameters", inside)
    Image.new("RGB", (8, 8)).save(path, pnginfo=info)
    if caption is not None:
        path.with_suffix(".txt").write_bytes(caption)
    return path.with_suffix(".txt")


def _row(folder: CharacterFolder) -> CaptionRow:
    (row,) = captioning.plan(folder, REQUEST).rows
    return row


def test_a_plan_writes_nothing(folder: CharacterFolder) -> None:
    caption = _add(folder, "a.png", INFOTEXT.encode())
    row = _row(folder)
    assert (row.status, row.before, row.after) == ("changed", INFOTEXT, CAPTION)
    assert caption.read_bytes() == INFOTEXT.encode()


def test_apply_and_undo(folder: CharacterFolder) -> None:
    captions = [_add(folder, f"{name}.png", INFOTEXT.encode() + b"\r\n") for name in "abc"]
    plan = captioning.plan(folder, REQUEST)
    assert captioning.apply(folder, plan) > 0
    assert {caption.read_bytes() for caption in captions} == {CAPTION.encode()}
    assert captioning.plan(folder, REQUEST).with_status("unchanged") == captioning.plan(folder, REQUEST).rows
    assert folder.undo().restored == 3
    assert {caption.read_bytes() for caption in captions} == {INFOTEXT.encode() + b"\r\n"}


def test_the_plan_counts_rules_and_can_be_vetoed(folder: CharacterFolder) -> None:
    kept = _add(folder, "a.png", INFOTEXT.encode())
    _add(folder, "b.png", PROMPT.encode())
    plan = captioning.plan(folder, REQUEST)
    assert plan.rule_counts() == {"emphasis stripped": 2, "look replaced by the token": 2, "cut to the prompt": 1}
    captioning.apply(folder, plan.without({"a.png"}))
    assert kept.read_bytes() == INFOTEXT.encode()


def test_a_caption_that_is_right_already_is_not_touched(folder: CharacterFolder) -> None:
    _add(folder, "a.png", CAPTION.encode() + b"\n")
    assert _row(folder).status == "unchanged"
    assert captioning.apply(folder, captioning.plan(folder, REQUEST)) == 0


@pytest.mark.parametrize("stored", [PROMPT.encode("utf-16"), "café, a woman, hazel eyes".encode("latin-1"), b"\0\x01"])
def test_what_cannot_be_decoded_is_told_of_and_left_alone(folder: CharacterFolder, stored: bytes) -> None:
    caption = _add(folder, "a.png", stored)
    row = _row(folder)
    assert row.status == "undecodable"
    assert "UTF-8" in row.reason
    captioning.apply(folder, captioning.plan(folder, REQUEST))
    assert caption.read_bytes() == stored


def test_a_look_that_is_missing_is_for_review(folder: CharacterFolder) -> None:
    _add(folder, "a.png", b"a photo of somebody else")
    row = _row(folder)
    assert (row.status, row.before, row.after) == ("review", row.before, row.before)
    assert "not in it" in row.reason


def test_a_missing_caption_is_made_from_the_picture(folder: CharacterFolder) -> None:
    caption = _add(folder, "a.png", None, inside=INFOTEXT)
    captioning.apply(folder, captioning.plan(folder, REQUEST))
    assert caption.read_bytes() == CAPTION.encode()
    folder.undo()
    assert not caption.exists()


def test_a_missing_caption_is_made_even_if_nothing_changes(folder: CharacterFolder) -> None:
    _add(folder, "a.png", None, inside=CAPTION)
    assert _row(folder).status == "changed"


@pytest.mark.parametrize("ending", ["jpg", "webp"])
def test_a_missing_caption_is_made_from_exif(folder: CharacterFolder, ending: str) -> None:
    exif = Image.Exif()
    exif[0x8769] = {0x9286: b"UNICODE\0" + INFOTEXT.encode("utf-16-be")}
    Image.new("RGB", (8, 8)).save(folder.images / f"a.{ending}", exif=exif)
    assert _row(folder).after == CAPTION


def test_neither_caption_nor_prompt_is_for_review(folder: CharacterFolder) -> None:
    _add(folder, "a.png", None)
    assert _row(folder).status == "review"
    (folder.images / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    assert "cannot be read" in _row(folder).reason


def test_two_images_with_one_caption_are_rewritten_once(folder: CharacterFolder) -> None:
    caption = _add(folder, "a.png", PROMPT.encode())
    Image.new("RGB", (8, 8)).save(folder.images / "a.jpg")
    plan = captioning.plan(folder, REQUEST)
    assert [row.status for row in plan.rows] == ["changed", "review"]
    assert "a.jpg" in plan.rows[1].reason
    captioning.apply(folder, plan)
    assert caption.read_bytes() == CAPTION.encode()


def test_a_caption_changed_since_the_plan_is_not_overwritten(folder: CharacterFolder) -> None:
    first, second = (_add(folder, f"{name}.png", PROMPT.encode()) for name in "ab")
    plan = captioning.plan(folder, REQUEST)
    second.write_bytes(b"mine")
    with pytest.raises(CaptionError, match="make the plan again"):
        captioning.apply(folder, plan)
    assert (first.read_bytes(), second.read_bytes()) == (PROMPT.encode(), b"mine")


@pytest.mark.parametrize(("token", "look"), [("two words", "a woman"), ("abc", " ,")])
def test_a_request_that_would_replace_nothing(token: str, look: str) -> None:
    with pytest.raises(RequestError):
        CaptionRequest(token, look)


def test_the_diff_of_the_tutorial() -> None:
    kinds = [(part.kind, part.text) for part in words_changed("photo of (red:1.3)", "photo of red")]
    assert kinds == [("same", "photo of "), ("removed", "("), ("same", "red"), ("removed", ":1.3)")]


@given(st.text("ab ,(\n"), st.text("ab ,(\n"))
def test_a_diff_loses_nothing(before: str, after: str) -> None:
    parts = words_changed(before, after)
    assert "".join(part.text for part in parts if part.kind != "added") == before
    assert "".join(part.text for part in parts if part.kind != "removed") == after
