"""The report of a forest test in a real browser: enlarged, compared and read by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consistent_character.report.exporting import export
from tests.report.forests import forest_test
from tests.ui.pages import luminance

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forest")
    steps = (25, 75, 100, 125, 150)
    return export(forest_test(folder, steps, onset=125, unseen=(50,), uncounted=2), folder, folder).html


@pytest.fixture
def page(browser: Any, report: Path) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(report.as_uri())
    page.locator(".cc-compare:not([hidden])").wait_for()
    yield page
    context.close()
    assert not errors


def _caption(page: Any) -> str:
    return str(page.inner_text(".cc-viewer figcaption"))


def test_a_click_enlarges_and_the_keyboard_walks(page: Any) -> None:
    viewer = page.locator("dialog.cc-viewer")
    assert not viewer.is_visible()
    page.click('.cc-picture[data-row="75"][data-seed="1"]')
    assert viewer.is_visible()
    assert _caption(page).startswith("Step 75, seed 1: good, scene 0.83, likeness 0.68. scene kept")
    page.keyboard.press("ArrowRight")
    assert _caption(page).startswith("Step 75, seed 2") and "does not count" in _caption(page)
    page.keyboard.press("ArrowDown")
    assert _caption(page).startswith("Step 100, seed 2")
    for _ in range(9):
        page.keyboard.press("ArrowUp")
    assert _caption(page).startswith("Training picture"), "the first row, and no farther"
    page.keyboard.press("ArrowDown")
    assert _caption(page).startswith("“woman”, seed 2")
    shown = page.evaluate("document.querySelector('.cc-viewer img').src")
    assert shown == page.evaluate("document.querySelector('[data-row=baseline][data-seed=\"2\"] img').src")
    page.keyboard.press("Escape")
    assert not viewer.is_visible()
    # Where one looked last, as soon as the dialog's event of being closed has come.
    page.wait_for_function("document.activeElement.matches('[data-row=baseline][data-seed=\"2\"]')")


def test_pictures_are_opened_by_keyboard_and_turned_by_buttons(page: Any) -> None:
    page.focus('.cc-picture[data-row="100"][data-seed="3"]')
    page.keyboard.press("Enter")
    page.click('.cc-viewer [data-turn="left"]')
    assert _caption(page).startswith("Step 100, seed 2")
    page.click('.cc-viewer [data-turn="close"]')
    assert not page.locator("dialog.cc-viewer").is_visible()
    controls = "[...document.querySelectorAll('button, select, input')]"
    assert page.evaluate(f"{controls}.every(one => one.textContent.trim() || one.ariaLabel)")


def _shown(page: Any, side: str) -> str:
    return str(page.get_attribute(f".cc-compare img[data-side={side}]", "alt"))


def test_any_two_pictures_are_laid_over_each_other(page: Any) -> None:
    assert (_shown(page, "before"), _shown(page, "after")[:15]) == ("“woman”, seed 1", "Step 100, seed ")
    page.select_option("select[data-part=before]", "25")
    page.select_option("select[data-part=after]", "150")
    page.select_option("select[data-part=seed]", "3")
    assert _shown(page, "before").startswith("Step 25, seed 3: undertrained")
    assert _shown(page, "after").startswith("Step 150, seed 3: overtrained")
    assert "Right: Step 150, seed 3" in page.inner_text(".cc-compare")
    assert page.evaluate("document.querySelector('.cc-compare img[data-side=after]').naturalWidth") > 0


def test_the_line_between_them_is_moved_by_mouse_and_keyboard(page: Any) -> None:
    at = "getComputedStyle(document.querySelector('.cc-compare')).getPropertyValue('--cc-at').trim()"
    stage = page.locator(".cc-compare-stage")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 90, steps=4)
    page.mouse.up()
    dragged = float(page.evaluate(at).rstrip("%"))
    assert 74 <= dragged <= 86
    page.focus(".cc-compare-stage input")
    page.keyboard.press("ArrowLeft")
    assert float(page.evaluate(at).rstrip("%")) == dragged - 1
    clipped = page.evaluate("getComputedStyle(document.querySelector('img[data-side=after]')).clipPath")
    assert f"{dragged - 1:g}%" in clipped


def test_a_steps_reasons_unfold_below_it(page: Any) -> None:
    page.click("text=Every signal")
    reasons = page.locator(".cc-signals tr.cc-reasons").nth(1)
    assert not reasons.is_visible()
    more = page.locator(".cc-more", has_text="50").first
    more.click()
    assert reasons.is_visible() and more.get_attribute("aria-expanded") == "true"
    assert "They are long at 50." in reasons.inner_text() and "not drawn" in reasons.inner_text()
    more.click()
    assert not reasons.is_visible()


@pytest.mark.parametrize("width", [390, 800])
def test_narrow_windows_scroll_only_downwards(browser: Any, report: Path, width: int) -> None:
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(report.as_uri())
    page.locator(".cc-compare:not([hidden])").wait_for()
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(browser: Any, report: Path, scheme: str) -> None:
    page = browser.new_context(color_scheme=scheme).new_page()
    page.goto(report.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    ground = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    names = (".cc-why", ".cc-effort", ".cc-reason", ".cc-step", ".cc-legend span", ".cc-runners-up li", ".cc-empty",
             ".cc-signals thead th", ".cc-signals td", ".cc-against", ".cc-unseen .cc-figure-value", ".cc-sources li",
             ".cc-compare-words", ".cc-pictures thead th")  # fmt: skip
    for selector in names:
        if not page.locator(selector).count():
            continue
        text = luminance(page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).color"))
        contrast = (max(text, ground) + 0.05) / (min(text, ground) + 0.05)
        assert contrast >= 4.5, f"{selector}: {contrast:.1f}"
    page.context.close()
