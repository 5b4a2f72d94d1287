"""The plan shows everything before it happens; applying it can be taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from consistent_character import captioning
from consistent_character.captioning import CaptionRequest, CaptionRow, prompt_changed, words_changed
from consistent_character.captioning.postures import keep_postures
from consistent_character.captioning.request import Existing
from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.errors import CaptionError, RequestError

LOOK = "a woman, hazel eyes"
REQUEST = CaptionRequest("abc", LOOK)
PROMPT = f"a closeup front shot photo of {LOOK}, (red dress:1.3)"
CAPTION = "a closeup front shot photo of abc, red dress"
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


@pytest.mark.parametrize(
    ("existing", "caption"),
    [
        ("rewrite", "mine"),
        ("skip", "mine"),
        ("overwrite", CAPTION),
        ("append", f"mine, {CAPTION}"),
    ],
)
def test_what_becomes_of_a_caption_that_is_there(folder: CharacterFolder, existing: Existing, caption: str) -> None:
    path = _add(folder, "a.png", b"mine", inside=INFOTEXT)
    captioning.apply(folder, captioning.plan(folder, replace(REQUEST, existing=existing)))
    assert path.read_bytes() == caption.encode()
    again = captioning.plan(folder, replace(REQUEST, existing=existing))
    assert not again.with_status("changed")


def test_nothing_to_overwrite_with_is_for_review(folder: CharacterFolder) -> None:
    _add(folder, "a.png", PROMPT.encode())
    (row,) = captioning.plan(folder, replace(REQUEST, existing="overwrite")).rows
    assert (row.status, "no prompt inside" in row.reason, row.is_offer) == ("review", True, False)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_caption_in_another_encoding_is_converted_if_asked(folder: CharacterFolder, encoding: str) -> None:
    text = f"{PROMPT}, caf\u00e9 cr\u00e8me"
    path = _add(folder, "a.png", text.encode(encoding))
    assert captioning.apply(folder, captioning.plan(folder, REQUEST)) == 0
    plan = captioning.plan(folder, replace(REQUEST, convert=True))
    assert (plan.rows[0].before, plan.rows[0].rules[0]) == (text, "converted to UTF-8")
    captioning.apply(folder, plan)
    assert path.read_bytes() == f"{CAPTION}, caf\u00e9 cr\u00e8me".encode()
    folder.undo()
    assert path.read_bytes() == text.encode(encoding)


def test_a_caption_that_only_has_another_encoding_is_converted(folder: CharacterFolder) -> None:
    path = _add(folder, "a.png", f"{CAPTION}, caf\u00e9".encode("utf-16"))
    captioning.apply(folder, captioning.plan(folder, replace(REQUEST, convert=True)))
    assert path.read_bytes() == f"{CAPTION}, caf\u00e9".encode()


def test_an_offer_is_written_only_if_it_is_taken(folder: CharacterFolder) -> None:
    path = _add(folder, "a.png", f"photo of {LOOK}, [red:blue:0.5] dress".encode())
    plan = captioning.plan(folder, REQUEST)
    assert (plan.rows[0].status, plan.rows[0].is_offer) == ("review", True)
    assert captioning.apply(folder, plan) == 0
    captioning.apply(folder, plan.accepting({"a.png", "not there"}))
    assert path.read_bytes() == b"photo of abc, blue dress"


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ({"zooms": ("a closeup",)}, "ab"),
        ({"angles": ("Side  angle",)}, "bc"),
        ({"zooms": ("a closeup",), "angles": ("side angle",)}, "b"),
        ({"search": "RED dress"}, "a"),
        ({"search": "c.png"}, "c"),
        ({"images": ("a.png", "c.png")}, "ac"),
        ({"zooms": ("a medium shot",)}, ""),
    ],
)
def test_only_some_captions_are_meant(folder: CharacterFolder, scope: dict[str, Any], names: str) -> None:
    _add(
        folder,
        "a.png",
        f"a closeup front shot photo of {LOOK}, red dress\nNegative prompt: side angle\nSteps: 2".encode(),
    )
    _add(folder, "b.png", f"(a closeup:1.2) side angle photo of {LOOK}".encode())
    _add(folder, "c.png", f"a full body side angle photo of {LOOK}".encode())
    plan = captioning.plan(folder, replace(REQUEST, **scope))
    assert "".join(row.name[0] for row in plan.rows) == names
    assert plan.outside == 3 - len(names)


def test_the_characters_own_postures_are_known(folder: CharacterFolder) -> None:
    keep_postures(folder.path, ["crouching low"])
    path = _add(folder, "a.png", f"photo of {LOOK}, crouching low, red dress".encode())
    captioning.apply(folder, captioning.plan(folder, replace(REQUEST, add=("standing",))))
    assert path.read_bytes() == b"photo of abc standing, red dress"


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


def test_the_settings_that_go_are_one_part_of_the_diff() -> None:
    parts = prompt_changed(INFOTEXT, CAPTION)
    assert parts[-1].text == " … negative prompt and settings"
    assert "".join(part.text for part in parts[:-1] if part.kind != "added") == PROMPT
    assert prompt_changed(PROMPT, CAPTION) == words_changed(PROMPT, CAPTION)


@given(st.text("ab ,(\n"), st.text("ab ,(\n"))
def test_a_diff_loses_nothing(before: str, after: str) -> None:
    parts = words_changed(before, after)
    assert "".join(part.text for part in parts if part.kind != "added") == before
    assert "".join(part.text for part in parts if part.kind != "removed") == after
