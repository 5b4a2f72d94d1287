"""The tab, the queue and the routes in the real web UI: one of everything, whatever is reloaded; its own buttons."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from consistent_character.web import PREFIX
from tests.ui.conftest import browser
from tests.ui.pages import TEXT_AND_GROUND, luminance
from tests.webui.browsing import window
from tests.webui.rest import Routes
from tests.webui.server import RunningWebUI, WebUI

pytestmark = pytest.mark.webui

__all__ = ["browser"]

_WAIT = 120.0


def _reload(running: RunningWebUI) -> None:
    """Press "Reload UI" and wait for the new page."""
    starts = running.starts()
    running.inside("tab.reload_ui")
    until = time.monotonic() + _WAIT
    while running.starts() == starts:
        assert time.monotonic() < until, "the page did not come back"
        time.sleep(0.1)


def test_everything_hangs_there_once_and_still_does_after_two_reloads(running: RunningWebUI, webui: WebUI) -> None:
    first = running.inside("tab.ours")
    for kind, found in first.items():
        assert found, kind
        assert set(found.values()) == {1}, kind
    assert running.inside("tab.saved_defaults") == []
    assert set(running.inside("tab.imported")) <= webui.kind.imports
    for _ in range(2):
        _reload(running)
    assert running.inside("tab.ours") == first
    assert running.inside("tab.threads") == []
    assert not [line for line in running.log_text().splitlines() if "Error executing callback" in line]


def test_a_job_goes_on_while_the_page_is_reloaded_and_is_found_again(
    running: RunningWebUI, routes: Routes, browser: Any
) -> None:
    token = routes.create("r3load")
    job = routes.drawing(token)
    _reload(running)
    assert routes.get(f"/characters/{token}")["job"] == job
    far = routes.get(f"/jobs/{job}")["done"]
    assert routes.wait(job, lambda told: told["done"] > far)["state"] == "working"
    with window(browser, running.url) as page:
        page.open(token)
        page.see("#cc_strip .cc-count", "of 1,000")
        page.press("interrupt")
        page.told("Stopped")
    assert routes.ended(job)["state"] == "interrupted"


def test_the_web_uis_bar_shows_our_job_with_a_live_preview(running: RunningWebUI, routes: Routes) -> None:
    token = routes.create("b4r")
    job = routes.drawing(token)
    until = time.monotonic() + _WAIT
    while not (told := routes.bar(job))["live_preview"]:
        assert time.monotonic() < until, told
    assert told["active"]
    assert 0 < told["progress"] < 1
    assert told["live_preview"].startswith("data:image")
    assert "b4r" not in running.inside("tab.state")["job"]
    routes.post(f"/jobs/{job}/interrupt")
    assert routes.ended(job)["state"] == "interrupted"
    over = routes.bar(job)
    assert (over["active"], over["completed"]) == (False, True)


@pytest.mark.parametrize("button", ["interrupt", "skip"])
def test_the_web_uis_own_buttons_stop_our_job(running: RunningWebUI, routes: Routes, button: str) -> None:
    running.request("/sdapi/v1/txt2img", {"prompt": "a woman", "steps": 1, "width": 96, "height": 96})  # clears flags
    token = routes.create(f"{button}x")
    job = routes.drawing(token)
    running.request(f"/sdapi/v1/{button}", {})
    over = routes.ended(job)
    assert (over["state"], "kept" in over["error"]) == ("interrupted", True)
    state = running.inside("tab.state")
    assert (state["interrupted"], state["skipped"], state["job"], state["class"]) == (
        False,
        False,
        "",
        "modules.shared_state",
    )
    images = routes.get(f"/characters/{token}")["images"]
    assert images >= over["done"] > 0


def test_our_job_waits_its_turn_behind_the_web_uis_and_the_other_way_round(
    running: RunningWebUI, routes: Routes
) -> None:
    first, second = routes.create("f1rst"), routes.create("s3cond")
    drawing = routes.drawing(first)
    waiting = routes.post(f"/characters/{second}/generate", {"per_cell": 1, "steps": 2})["id"]
    told = routes.wait(waiting, lambda told: "queue" in told["note"])
    assert told["state"] == "waiting"
    assert routes.bar(waiting)["queued"]
    routes.post(f"/jobs/{waiting}/interrupt")
    assert routes.ended(waiting)["state"] == "interrupted"
    assert routes.get(f"/jobs/{drawing}")["state"] == "working"
    routes.post(f"/jobs/{drawing}/interrupt")
    routes.ended(drawing)
    picture = running.request("/sdapi/v1/txt2img", {"prompt": "a woman", "steps": 1, "width": 96, "height": 96})
    assert len(picture["images"]) == 1


def test_two_windows_do_not_disturb_each_other(running: RunningWebUI, routes: Routes, browser: Any) -> None:
    with window(browser, running.url) as one, window(browser, running.url) as two:
        one.create("4nn4x")
        two.create("b3rt4")
        job = routes.drawing("4nn4x")
        one.press("open")
        one.see("#cc_strip .cc-count", "of 1,000")
        two.panel("Curate")
        two.press("curate", "analyse")
        two.told("0 images would stay")
        assert two.page.locator("#cc_summary h2").inner_text() == "b3rt4"
        assert not two.page.locator("#cc_interrupt").is_visible()
        one.press("interrupt")
        one.told("Stopped")
        assert routes.ended(job)["state"] == "interrupted"
        assert not one.errors
        assert not two.errors
    assert not list((running.data / "outputs" / "consistent-character" / "b3rt4" / "images").iterdir())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tab_can_be_read_in_both_colour_schemes(running: RunningWebUI, browser: Any, scheme: str) -> None:
    with window(browser, running.url, scheme) as page:
        text, ground = (luminance(colour) for colour in page.page.evaluate(TEXT_AND_GROUND))
        assert (max(text, ground) + 0.05) / (min(text, ground) + 0.05) >= 4.5
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_routes_are_documented(running: RunningWebUI) -> None:
    told = running.request(f"{PREFIX}/openapi.json")["paths"]
    ours = [route for routes in told.values() for route in routes.values()]
    assert len(ours) >= 16
    assert all(route["summary"] and route["description"] for route in ours)


def test_a_small_grid_by_rest(routes: Routes, running: RunningWebUI) -> None:
    token = routes.create("sm4ll")
    grid = routes.done(f"/characters/{token}/generate", {"per_cell": 1, "steps": 2, "seed": 1})
    assert (grid["planned"], grid["drawn"]) == (25, 25)
    assert all(Path(image).is_file() for image in grid["images"])
    assert routes.done(f"/characters/{token}/curate/plan")["kept"] > 0
    assert routes.done(f"/characters/{token}/caption/apply")["written"] == 25
    assert routes.done(f"/characters/{token}/undo")["restored"] == 25
