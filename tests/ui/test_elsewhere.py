"""A run of the stock Train tab, judged in the page by its path, without a character being open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from consistent_character.engine import RenderRequest
from tests.choosing.pictures import WOMAN, Look, draw, training_set
from tests.fakes import FakeEngine, FakeVocabulary
from tests.ui.pages import Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def engine() -> FakeEngine:
    def paint(request: RenderRequest) -> Image.Image:
        step = FakeVocabulary().read(request.embeddings[0].path).step or 0 if request.embeddings else 0
        return draw(Look(0.0 if step >= 35 else 1.0, 0.0 if step < 15 else 0.9), WOMAN, request.seed)

    return FakeEngine(painter=paint)


@pytest.fixture
def stock(tmp_path: Path) -> Path:
    run, pictures = tmp_path / "log" / "2026-01-31" / "lady", tmp_path / "set"
    (run / "embeddings").mkdir(parents=True)
    for number in range(10, 70, 10):
        (run / "embeddings" / f"lady-{number}.pt").write_bytes(str(number - 1).encode())
    (run / "embeddings" / "lady-70.pt").write_bytes(b"cut off")
    pictures.mkdir()
    for number, (picture, caption) in enumerate(training_set(WOMAN, per_cell=1)):
        picture.save(pictures / f"{number:02d}.png")
        (pictures / f"{number:02d}.txt").write_text(caption, encoding="utf-8")
    (run / "settings-2026-01-31-10-00-00.json").write_text(json.dumps({"data_root": str(pictures)}), encoding="utf-8")
    return run


def test_by_its_path_alone(page: Page, stock: Path) -> None:
    page.panel("Choose")
    page.page.click("#cc_elsewhere .label-wrap")
    page.press("elsewhere", "start")
    page.see(".toast-body", "Enter the folder of the run")
    page.page.fill("#cc_elsewhere_path textarea, #cc_elsewhere_path input", str(stock))
    page.press("elsewhere", "start")
    page.see("#cc_elsewhere_result", "Use step 19")
    page.see("#cc_elsewhere_result", f"Kept in {stock}")
    page.see("#cc_elsewhere_result .cc-note", "lady-70.pt cannot be read")
    assert page.page.locator("#cc_elsewhere_pictures .cc-pictures tbody tr").count() == 2 + 6
    assert (stock / "report.html").is_file()
    assert not page.errors


def test_what_cannot_be_judged_says_why(page: Page, stock: Path) -> None:
    for settings in stock.glob("settings-*.json"):
        settings.unlink()
    (stock / "textual_inversion_loss.csv").touch()
    page.panel("Choose")
    page.page.click("#cc_elsewhere .label-wrap")
    page.page.fill("#cc_elsewhere_path textarea, #cc_elsewhere_path input", str(stock))
    page.press("elsewhere", "start")
    page.see("#cc_elsewhere_result", "does not say which pictures it was trained on")
