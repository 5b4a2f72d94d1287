"""The tab in a real browser: all five steps, interruptions, two windows, mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Event
from typing import Any
from urllib.request import urlopen

import pytest

from consistent_character.engine import RenderRequest
from consistent_character.web import PREFIX
from tests.fading import LEARNED
from tests.fakes import FakeEngine
from tests.ui.conftest import Brush, Open
from tests.ui.pages import TEXT_AND_GROUND, Page, luminance

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


class _Gate:
    """Holds the brush before the picture of that number, until opened."""

    def __init__(self, at: int) -> None:
        self.reached, self.opened = Event(), Event()
        self._at, self._count = at, 0

    def __call__(self, request: RenderRequest) -> None:
        self._count += 1
        if self._count == self._at:
            self.reached.set()
            assert self.opened.wait(120)


def test_a_character_walks_through_the_steps(page: Page, tmp_path: Path) -> None:
    page.create("l4dyx")
    page.generate(per_cell=2)
    page.told("50 images drawn")
    assert page.figure("images") == 50
    page.see("#cc_generate_gallery img")

    page.panel("Curate")
    page.number("curate", 30)
    page.press("curate", "analyse")
    page.told("30 images would stay, 20 would go")
    assert len(list((tmp_path / "l4dyx" / "images").glob("*.png"))) == 50
    page.press("curate", "apply")
    page.told("20 images moved")
    assert (page.figure("images"), page.figure("rejected")) == (30, 20)
    assert len(list((tmp_path / "l4dyx" / "rejected").glob("*/*.png"))) == 20

    page.panel("Caption")
    page.press("caption", "plan")
    page.see("#cc_caption_changes del", "a woman with dark skin, square face")
    page.see("#cc_caption_changes ins", "l4dyx")
    page.press("caption", "apply")
    page.told("30 captions written")
    captions = [path.read_text(encoding="utf-8") for path in (tmp_path / "l4dyx" / "images").glob("*.txt")]
    assert len(captions) == 30
    assert all("photo of l4dyx" in caption and "Steps:" not in caption for caption in captions)

    page.panel("Train")
    page.press("train", "check")
    page.see("#cc_train_findings p, #cc_train_findings td")
    page.press("train", "start")
    page.told("iterations saved")
    page.see("#cc_train_curve svg")
    assert page.figure("runs") == 1

    page.panel("Choose")
    page.press("choose", "start")
    told = page.told("Use step")
    assert LEARNED <= int(told.split()[2].strip(",.")) <= 200
    assert "overtrained" not in told
    page.see("#cc_choose_result svg")
    page.see("#cc_choose_pictures .cc-use")
    page.see("#cc_choose_pictures .cc-picture img")
    drawn = page.page.locator("#cc_choose_pictures .cc-pictures tbody tr").count() - 2
    assert 2 <= drawn < 20, "coarse to fine"
    (run,) = (tmp_path / "l4dyx" / "runs").iterdir()
    assert {"report.html", "forest-test.json", "forest-test.csv", "forest-test.png"} <= {f.name for f in run.iterdir()}
    assert not page.errors


def test_undo_brings_captions_and_images_back(page: Page, tmp_path: Path) -> None:
    page.create("l4dyx")
    page.generate(per_cell=1)
    page.told("25 images drawn")
    before = {path.name: path.read_bytes() for path in (tmp_path / "l4dyx" / "images").iterdir()}
    page.panel("Curate")
    page.number("curate", 20)
    page.press("curate", "analyse")
    page.told("would go")
    page.press("curate", "apply")
    page.told("moved")
    page.panel("Caption")
    page.press("caption", "plan")
    page.see("#cc_caption_changes ins")
    page.press("caption", "apply")
    page.told("written")
    page.press("caption", "undo")
    page.told("20 captions are as before")
    page.panel("Curate")
    page.press("curate", "undo")
    page.told("moved files are as before")
    assert {path.name: path.read_bytes() for path in (tmp_path / "l4dyx" / "images").iterdir()} == before


def test_interrupt_stops_keeps_what_is_finished_and_goes_on_from_there(
    page: Page, brush: Brush, engine: FakeEngine, tmp_path: Path
) -> None:
    gate = brush.before = _Gate(at=8)
    page.create("l4dyx")
    page.generate(per_cell=1)
    assert gate.reached.wait(90)
    page.see("#cc_strip .cc-count", "7 of 25")
    page.press("interrupt")
    page.see("#cc_strip .cc-left", "stopping")
    gate.opened.set()
    assert "kept" in page.told("Stopped")
    images = tmp_path / "l4dyx" / "images"
    kept = {path.name for path in images.iterdir()}
    assert len(kept) == 2 * 8
    assert not [name for name in kept if name.endswith(".part")]

    page.press_anew("generate", "start")
    page.told("17 images drawn, 8 were there already")
    assert len(engine.rendered) == 25
    assert kept < {path.name for path in images.iterdir()}


def test_the_interrupt_buttons_late_answer_does_not_cover_the_jobs_last_words(page: Page, brush: Brush) -> None:
    gate = brush.before = _Gate(at=8)
    page.create("l4dyx")
    page.generate(per_cell=1)
    assert gate.reached.wait(90)
    held: list[tuple[Any, Any]] = []
    page.page.route("**/run/predict*", lambda route: held.append((route, route.fetch())))
    page.press("interrupt")
    page.see("#cc_strip .cc-left", "stopping")
    gate.opened.set()
    page.told("Stopped")
    assert len(held) == 1
    with page.page.expect_response("**/run/predict*"):
        held[0][0].fulfill(response=held[0][1])
    page.panel("Curate")
    page.see("#cc_panel_curate")
    page.told("Stopped")
    assert not page.errors


def test_two_windows_do_not_disturb_each_other(open_page: Open, brush: Brush, tmp_path: Path) -> None:
    one, two = open_page(), open_page()
    one.create("4nn4x")
    two.create("b3rt4")
    gate = brush.before = _Gate(at=3)
    one.generate(per_cell=1)
    assert gate.reached.wait(90)
    two.panel("Curate")
    two.press("curate", "analyse")
    two.told("0 images would stay")
    assert two.page.locator("#cc_summary h2").inner_text() == "b3rt4"
    assert not two.page.locator("#cc_interrupt").is_visible()
    gate.opened.set()
    one.told("25 images drawn")
    assert (one.figure("images"), two.figure("images")) == (25, 0)
    assert not list((tmp_path / "b3rt4" / "images").iterdir())


def test_a_second_window_on_a_busy_character_watches_and_may_interrupt(open_page: Open, brush: Brush) -> None:
    one, two = open_page(), open_page()
    one.create("4nn4x")
    gate = brush.before = _Gate(at=3)
    one.generate(per_cell=1)
    assert gate.reached.wait(90)
    two.open("4nn4x")
    two.see("#cc_strip .cc-count", "2 of 25")
    two.press("generate", "start")
    two.see(".toast-wrap", "still at work")
    two.press("interrupt")
    gate.opened.set()
    one.told("Stopped")
    two.told("Stopped")


def test_mistakes_are_one_line_that_says_what_to_do(page: Page) -> None:
    page.press("generate", "start")
    page.see(".toast-wrap", "Open a character first")
    page.page.locator("#cc_character input").fill("nobody")
    page.page.locator("#cc_character input").press("Enter")
    page.press("open")
    assert "Traceback" not in page.see(".toast-wrap", "nobody").inner_text()


def test_a_token_that_is_no_word_creates_nothing(page: Page, tmp_path: Path) -> None:
    page.page.click("#cc_new .label-wrap")
    page.write("#cc_new", "Token", "two words")
    page.write("#cc_new", "Look", "a woman")
    page.press("create")
    page.see(".toast-wrap", "two words")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_colour_schemes(open_page: Open, scheme: str) -> None:
    page = open_page(scheme)
    page.page.goto(f"{page.page.url}?__theme={scheme}")
    page.see("#cc_open")
    colours = page.page.evaluate(TEXT_AND_GROUND)
    text, ground = (luminance(colour) for colour in colours)
    assert (max(text, ground) + 0.05) / (min(text, ground) + 0.05) >= 4.5


def test_the_same_routes_are_there_for_scripts(page: Page, address: str) -> None:
    page.create("l4dyx")
    with urlopen(f"{address.rstrip('/')}{PREFIX}/characters", timeout=60) as answer:
        found = json.load(answer)
    assert [one["name"] for one in found] == ["l4dyx"]
