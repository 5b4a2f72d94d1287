"""The plan of the caption step in a real browser: pages, filters, boxes that spare a caption or take an offer."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from tests.ui.conftest import Open
from tests.ui.pages import Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

LOOK = "a woman, hazel eyes"
NUMBER = 60


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Images with prompts for captions: most with emphasis, one of a kind with a schedule, one without the look."""
    folder = CharacterFolder.create(tmp_path / "abc", Character("abc", LOOK))
    for number in range(NUMBER):
        text = f"a closeup front shot photo of {LOOK}, mark {number:02}"
        _add(folder, f"{number:02}", f"{text}, (tall:1.2)" if number % 2 else text)
    _add(folder, "97", f"photo of {LOOK}, [red:blue:0.5] dress")
    _add(folder, "98", "photo of a dog")
    (folder.images / "98.txt").write_bytes("caf\u00e9 a dog".encode("cp1252"))
    folder.database.close()
    return folder.images


def _add(folder: CharacterFolder, name: str, text: str) -> None:
    Image.new("RGB", (8, 8)).save(folder.images / f"{name}.png")
    (folder.images / f"{name}.txt").write_text(text, encoding="utf-8")


@pytest.fixture
def at_caption(open_page: Open, images: Path) -> Page:
    """The plan, shown."""
    page = open_page()
    page.open("abc")
    page.panel("Caption")
    page.press("caption", "plan")
    page.see("#cc_caption_changes ins")
    return page


def _names(page: Page) -> list[str]:
    return [str(name) for name in page.page.locator("#cc_caption_changes code").all_inner_texts()]


def test_pages_and_filters(at_caption: Page) -> None:
    page = at_caption
    assert len(_names(page)) == 50
    page.press("caption", "after")
    page.see("#cc_caption_place", "51 to 60 of 60")
    assert _names(page)[0] == "50.png"
    page.press("caption", "after")
    page.press("caption", "before")
    page.see("#cc_caption_place", "1 to 50 of 60")
    page.page.fill("#cc_caption_words textarea", "mark 07")
    page.page.press("#cc_caption_words textarea", "Enter")
    page.see("#cc_caption_place", "1 to 1 of 1")
    assert _names(page) == ["07.png"]
    page.page.fill("#cc_caption_words textarea", "")
    page.page.click("#cc_caption_rule input")
    page.page.click('#cc_caption_rule li:has-text("emphasis stripped")')
    page.see("#cc_caption_place", "1 to 30 of 30")
    assert not page.errors


def test_a_caption_is_spared_and_an_offer_taken(at_caption: Page, images: Path) -> None:
    page = at_caption
    page.see("#cc_caption_apply", "Write 60 captions")
    spared = (images / "03.txt").read_bytes()
    page.page.uncheck('#cc_caption_changes input[value="03.png"]')
    page.see("#cc_caption_apply", "Write 59 captions")
    page.press("caption", "after")
    page.see("#cc_caption_place", "51 to 60 of 60")
    page.press("caption", "before")
    page.see("#cc_caption_place", "1 to 50 of 60")
    assert not page.page.is_checked('#cc_caption_changes input[value="03.png"]')
    page.page.click('button:has-text("For you to look at")')
    page.see("#cc_caption_review", "a schedule")
    page.see("#cc_caption_review", "98.png")
    page.page.check('#cc_caption_review input[value="97.png"]')
    page.see("#cc_caption_apply", "Write 60 captions")
    page.press("caption", "apply")
    page.told("60 captions written")
    assert (images / "03.txt").read_bytes() == spared
    assert (images / "97.txt").read_text(encoding="utf-8") == "photo of abc, blue dress"
    assert (images / "98.txt").read_bytes() == "caf\u00e9 a dog".encode("cp1252")
    page.press("caption", "undo")
    page.told("60 captions are as before")
    assert not page.errors


def test_only_some_captions_and_more_to_change(at_caption: Page, images: Path) -> None:
    page = at_caption
    page.page.click('#cc_panel_caption .label-wrap:has-text("More to change")')
    page.page.fill("#cc_caption_add textarea", "standing")
    page.page.fill("#cc_caption_replace textarea", r"mark (\d+) => number \1")
    page.page.click('#cc_panel_caption .label-wrap:has-text("Only some of the captions")')
    page.page.fill("#cc_caption_search textarea", "mark 1")
    page.press("caption", "plan")
    page.see("#cc_caption_counts", "not meant")
    page.see("#cc_caption_apply", "Write 10 captions")
    page.press("caption", "apply")
    page.told("10 captions written")
    assert (images / "12.txt").read_text(encoding="utf-8") == "a closeup front shot photo of abc standing, number 12"
    page.page.fill("#cc_caption_replace textarea", "((")
    page.press("caption", "plan")
    page.see(".toast-wrap", "is no replacement")


def test_a_snapshot_is_taken_and_restored(at_caption: Page, images: Path) -> None:
    page = at_caption
    before = {path.name: path.read_bytes() for path in images.glob("*.txt")}
    page.page.click('#cc_caption_ways button:has-text("Snapshots and history")')
    page.page.fill("#cc_past_note textarea", "as they came")
    page.press("past", "take")
    page.told(f"Snapshot 1: {len(before)} captions kept")
    page.page.click('#cc_caption_ways button:has-text("All at once")')
    page.press("caption", "apply")
    page.told("60 captions written")
    (images / "00.txt").write_bytes(b"mine, since")
    page.page.click('#cc_caption_ways button:has-text("Snapshots and history")')
    page.press("past", "look")
    page.see("#cc_past_changes ins", "a woman, hazel eyes")
    page.see("#cc_past_restore", "Restore 60 captions")
    page.press("past", "restore")
    page.told("60 captions restored. How they were is snapshot 2.")
    assert {path.name: path.read_bytes() for path in images.glob("*.txt")} == before
    page.page.click('#cc_panel_caption button:text-is("History")')
    page.see("#cc_past_history", "Snapshot 1 restored")
    page.press("past", "undo")
    page.told("60 captions are as before")
    assert (images / "00.txt").read_bytes() == b"mine, since"
    assert not page.errors
