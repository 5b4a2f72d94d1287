"""Trying out in the tab, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.choosing.test_battery import painting
from tests.choosing.test_forest_test import made
from tests.fakes import FakeEngine
from tests.ui.pages import Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def lady(tmp_path: Path, engine: FakeEngine) -> Path:
    engine._painter = painting(lost=("at night",))
    folder, _ = made(tmp_path, 2)
    folder.close()
    return folder.path.rename(tmp_path / "t0ken")


def test_a_step_is_tried_out_and_its_pictures_are_shown(page: Page, lady: Path) -> None:
    page.panel("Choose")  # before: turning to a panel reads it anew
    page.open("t0ken")
    page.page.click("#cc_validate_open .label-wrap")
    page.see("#cc_validate_sheet", "Press Try it out")
    step = page.page.locator("#cc_validate_step input")
    step.fill("40")
    step.press("Tab")
    for other in ("outfits", "hair", "styles", "shots"):
        page.page.locator(f'#cc_validate_groups label:has-text("{other}") input').uncheck()
    page.press("validate", "start")
    page.see("#cc_validate_sheet .cc-showing", "Keeps its face in 5 of 5 places; loses the place (at night).")
    assert page.page.locator("#cc_validate_sheet .cc-picture").count() == 10
    page.page.locator("#cc_validate_sheet .cc-picture").nth(1).click()
    page.see("#cc_validate_sheet dialog.cc-viewer", "in a forest")
    page.page.keyboard.press("Escape")
    assert not page.errors
    assert len(list(lady.glob("runs/*/battery.html"))) == 1
