"""The choose panel in a real browser: what a forest test found, its files, and the runs beside each other."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.house import House
from consistent_character.ui.choose_form import SCENES, in_scene
from consistent_character.ui.forest_shown import Shown, shown
from tests.report.forests import forest_test
from tests.ui.pages import Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def _run(folder: CharacterFolder, number: int, **how: Any) -> Path:
    """A tested run, its pictures where a forest test has them."""
    run = folder.path / "runs" / f"2026010{number}-120000-{number}"
    start = run / "forest-test"
    text = json.dumps(forest_test(start, (25, 75, 100, 125), seeds=(1, 2), unseen=(50,), **how).to_json())
    within = start.relative_to(folder.path).as_posix()
    for kind in ("baseline", "references", "25", "75", "100", "125"):
        text = text.replace(f'"{kind}/', f'"{within}/{kind}/')
    (run / "forest-test.json").write_text(text, encoding="utf-8")
    return run


@pytest.fixture
def lady(tmp_path: Path) -> Path:
    with CharacterFolder.create(tmp_path / "l4dyx", Character("l4dyx", "a woman")) as folder:
        _run(folder, 1, onset=125, uncounted=2)
        _run(folder, 2, onset=None, cannot_tell="The base model does not draw the scene.")
        return folder.path


@pytest.fixture
def at_choose(page: Page, lady: Path) -> Page:
    page.panel("Choose")  # before there is anything to fill it with: that would still go on
    page.open("l4dyx")
    page.see("#cc_choose_result .cc-cannot")
    return page


_SAYS_WHEN_COVERED = """() => {
    const result = document.querySelector('#cc_choose_result');
    new MutationObserver(() => result.querySelector('.cc-cannot') && console.log('covered'))
        .observe(result, {childList: true, subtree: true});
}"""
"""Writes into the page's console when the other run's result is shown."""


def _choose_run(page: Page, name: str) -> None:
    box = page.page.locator("#cc_choose_run input")
    box.click()
    page.page.locator("[role=option], .options .item", has_text=name).first.click()


def test_what_cannot_be_told_is_said_in_large_with_the_way_out(at_choose: Page) -> None:
    words = at_choose.page.inner_text("#cc_choose_result .cc-cannot")
    assert "The base model does not draw the scene." in words
    assert "Do this: Take another scene." in words


def test_a_picture_is_enlarged_from_its_file_and_the_keyboard_walks(at_choose: Page) -> None:
    page = at_choose.page
    _choose_run(at_choose, "20260101-120000-1")
    at_choose.see("#cc_choose_result .cc-answer", "Use step 100")
    page.click('#cc_choose_pictures .cc-picture[data-row="75"][data-seed="1"]')
    at_choose.see("dialog.cc-viewer", "Step 75, seed 1: good")
    loaded = (
        "document.querySelector('.cc-viewer img').complete && document.querySelector('.cc-viewer img').naturalWidth"
    )
    page.wait_for_function(loaded)
    assert page.evaluate(loaded) == 96, "whole, and not the small one of the sheet"
    assert "/pictures/whole/" in page.evaluate("document.querySelector('.cc-viewer img').src")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    at_choose.see("dialog.cc-viewer", "Step 100, seed 2")
    page.keyboard.press("Escape")
    page.locator("dialog.cc-viewer").wait_for(state="hidden")
    page.focus(".cc-compare-stage input")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.querySelector('.cc-compare').style.getPropertyValue('--cc-at')") == "51%"
    assert not at_choose.errors


def test_a_run_picked_by_hand_stays_until_there_is_a_newer_one(at_choose: Page, lady: Path) -> None:
    _choose_run(at_choose, "20260101-120000-1")
    at_choose.see("#cc_choose_result .cc-answer", "Use step 100")
    with CharacterFolder.open(lady) as folder:
        _run(folder, 1, onset=100)
    at_choose.panel("Train")
    at_choose.panel("Choose")
    at_choose.see("#cc_choose_result .cc-answer", "Use step 75")
    assert at_choose.page.input_value("#cc_choose_run input") == "20260101-120000-1"
    with CharacterFolder.open(lady) as folder:
        _run(folder, 3, onset=None)
    at_choose.panel("Train")
    at_choose.panel("Choose")
    at_choose.see("#cc_choose_result .cc-answer", "Use step 125")
    assert at_choose.page.input_value("#cc_choose_run input") == "20260103-120000-3"


def test_a_run_picked_while_the_panel_is_being_filled_stays(
    page: Page, lady: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the page was asked for before comes late, and would cover the answer."""
    page.open("l4dyx")
    late, answered = Event(), Event()

    def slow(house: House, folder: CharacterFolder, run: Path | None) -> Shown:
        if not answered.is_set() and run is not None and run.name == "20260102-120000-2":
            late.set()
            assert answered.wait(120)
        return shown(house, folder, run)

    monkeypatch.setattr("consistent_character.ui.choose.shown", slow)
    page.panel("Choose")
    assert late.wait(120)
    _choose_run(page, "20260101-120000-1")
    page.see("#cc_choose_result .cc-answer", "Use step 100")
    with page.page.expect_event("console", lambda line: line.text == "covered", timeout=120_000):
        page.page.evaluate(_SAYS_WHEN_COVERED)
        answered.set()
    page.see("#cc_choose_result .cc-answer", "Use step 100")
    assert page.page.input_value("#cc_choose_run input") == "20260101-120000-1"


def test_the_files_can_be_taken_away(at_choose: Page, tmp_path: Path) -> None:
    _choose_run(at_choose, "20260101-120000-1")
    at_choose.see("#cc_choose_result .cc-answer", "Use step 100")
    for name, kind in (("Page", "report.html"), ("CSV", "forest-test.csv")):
        with at_choose.page.expect_download() as download:
            at_choose.page.click(f'.cc-download:text-is("{name}")')
        assert download.value.suggested_filename == f"20260101-120000-1-{kind}"
        download.value.save_as(tmp_path / kind)
    with (tmp_path / "forest-test.csv").open(encoding="utf-8", newline="") as table:
        assert {row["step"] for row in csv.DictReader(table)} == {"25", "50", "75", "100", "125"}
    assert "Use step 100" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_runs_stand_beside_each_other(at_choose: Page) -> None:
    at_choose.page.click("#cc_choose_compare .label-wrap")
    table = at_choose.see("#cc_choose_runs table")
    assert at_choose.page.locator("#cc_choose_runs svg").count() == 1
    assert "The base model does not draw the scene." in table.inner_text()


@pytest.mark.parametrize("width", [800, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_is_beside_the_answer_or_above_it(open_page: Any, lady: Path, scheme: str, width: int) -> None:
    page = open_page(scheme)
    page.page.set_viewport_size({"width": width, "height": 1000})
    page.open("l4dyx")
    page.panel("Choose")
    answer = page.see("#cc_choose_result .cc-cannot").bounding_box()
    button = page.see("#cc_choose_start").bounding_box()
    if width == 1400:
        assert answer["x"] + answer["width"] <= button["x"]
    else:
        assert button["y"] + button["height"] <= answer["y"]
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width


def test_another_scene_takes_the_place_of_the_one_in_the_prompt() -> None:
    prompt = "a closeup of {name} in a forest, photo"
    assert in_scene(prompt, "on a beach") == "a closeup of {name} on a beach, photo"
    assert in_scene(in_scene(prompt, "on a beach"), SCENES[0]) == prompt
    assert in_scene("a portrait of {name}", "on a beach") == "a portrait of {name} on a beach"
