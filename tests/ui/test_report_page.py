"""The report in a real browser: it fetches nothing, fits a telephone, and can be read in light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consistent_character.report import write_report
from tests.report.stories import story
from tests.ui.pages import luminance

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("story")
    return write_report(story(folder, per_cell=1), folder / "out")


def _opened(browser: Any, report: Path, scheme: str, width: int) -> tuple[Any, list[str]]:
    page = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}).new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(report.as_uri())
    return page, fetched


def test_it_is_one_file_and_every_picture_is_in_it(browser: Any, report: Path) -> None:
    page, fetched = _opened(browser, report, "light", 1280)
    assert [url for url in fetched if not url.startswith("data:")] == [report.as_uri()]
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0 || image.closest('dialog'))")
    page.context.close()


def test_a_telephone_scrolls_only_downwards(browser: Any, report: Path) -> None:
    page, _ = _opened(browser, report, "light", 390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(browser: Any, report: Path, scheme: str) -> None:
    page, _ = _opened(browser, report, scheme, 1280)
    ground = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    for selector in ("h1", ".lead", ".quiet", ".cc-reason", ".cc-legend span", ".settings dt"):
        text = luminance(page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).color"))
        contrast = (max(text, ground) + 0.05) / (min(text, ground) + 0.05)
        assert contrast >= 4.5, f"{selector}: {contrast:.1f}"
    page.context.close()
