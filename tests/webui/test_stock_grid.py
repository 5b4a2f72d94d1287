"""One button fills the real txt2img and its X/Y/Z plot, and the plot draws what it is filled with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from consistent_character.prompts import infotext
from tests.ui.conftest import browser
from tests.webui.browsing import TabPage, window
from tests.webui.server import RunningWebUI

pytestmark = pytest.mark.webui

__all__ = ["browser"]

PLOT = "#script_txt2img_xyz_plot_"
BOXES = {
    "prompt": "#txt2img_prompt textarea",
    "sampler": "#txt2img_sampling input",
    "scheduler": "#txt2img_scheduler input",
    "steps": "#txt2img_steps input[type=number]",
    "width": "#txt2img_width input[type=number]",
    "cfg": "#txt2img_cfg_scale input[type=number]",
    "count": "#txt2img_batch_count input[type=number]",
    "size": "#txt2img_batch_size input[type=number]",
    "seed": "#txt2img_seed input",
    "x type": f"{PLOT}x_type input",
    "x values": f"{PLOT}x_values textarea",
    "y type": f"{PLOT}y_type input",
    "y values": f"{PLOT}y_values textarea",
    "z type": f"{PLOT}z_type input",
}


@pytest.fixture
def page(running: RunningWebUI, browser) -> Iterator[TabPage]:  # type: ignore[no-untyped-def]
    with window(browser, running.url) as found:
        yield found
        assert found.errors == []


def boxes(page: TabPage) -> dict[str, str]:
    return {name: page.page.locator(selector).first.input_value() for name, selector in BOXES.items()}


def test_filled_and_drawn(running: RunningWebUI, page: TabPage) -> None:
    page.create("st0cky")
    page.panel("Generate")
    page.press("generate", "stock")
    page.see(".toast-body", "Create a text file next to every image")
    page.see("#txt2img_prompt textarea")
    page.page.wait_for_function("document.querySelector('#txt2img_prompt textarea').value.includes('closeup')")
    filled = boxes(page)
    assert filled.pop("prompt").startswith("an extreme closeup front shot photo of a woman with dark skin, square face")
    assert filled == {
        "sampler": "DPM++ 2M",
        "scheduler": "Karras",
        "steps": "30",
        "width": "96",
        "cfg": "7",
        "count": "4",
        "size": "4",
        "seed": "-1",
        "x type": "Prompt S/R",
        "y type": "Prompt S/R",
        "z type": "Nothing",
        "x values": "an extreme closeup, a medium closeup, a closeup, a medium shot, a full body",
        "y values": "front shot, rear angle, side angle, shot from above, low angle shot",
    }
    assert page.page.locator(f"{PLOT}no_fixed_seeds input").is_checked()

    page.page.fill(f"{PLOT}x_values textarea", "an extreme closeup, a full body")
    page.page.fill(f"{PLOT}y_values textarea", "front shot, side angle")
    for name, value in (("steps", 1), ("batch_count", 1), ("batch_size", 2)):
        number = page.page.locator(f"#txt2img_{name} input[type=number]")
        number.fill(str(value))
        number.press("Tab")
    had = set((running.data / "outputs").rglob("*.png"))
    running.request("/sdapi/v1/options", {"save_txt": True})
    page.page.click("#txt2img_generate")
    page.see("#txt2img_gallery img")
    running.request("/sdapi/v1/options", {"save_txt": False})
    came = set((running.data / "outputs").rglob("*.png")) - had
    texts = [infotext.parse(path.with_suffix(".txt").read_text("utf-8")) for path in came if "grids" not in str(path)]
    assert len(texts) == 8
    assert len({text.parameters["Seed"] for text in texts}) == 8
    assert {text.prompt.split(" photo")[0] for text in texts} == {
        f"{zoom} {angle}" for zoom in ("an extreme closeup", "a full body") for angle in ("front shot", "side angle")
    }


def test_without_a_character_it_says_so(page: TabPage) -> None:
    page.panel("Generate")
    page.press("generate", "stock")
    page.see(".toast-body", "Open a character first")
    assert not page.page.locator("#txt2img_prompt textarea").is_visible()


def test_lists_are_imported_named_kept_and_forgotten(running: RunningWebUI, page: TabPage) -> None:
    script = "#script_character_zoom__angle_grid_"
    page.page.locator("#tabs > .tab-nav button", has_text="txt2img").click()
    page.page.locator("#txt2img_script_container #script_list input").click()
    page.page.locator("#txt2img_script_container #script_list li", has_text="Character zoom").click()
    page.see(f"{script}zooms textarea")
    with page.page.expect_file_chooser() as chooser:
        page.page.click(f"{script}preset_import")
    lists = {"name": "mine.txt", "mimeType": "text/plain", "buffer": b"near\nfar, far away\n\nfront\nback\n"}
    chooser.value.set_files(lists)  # type: ignore[arg-type]
    zooms = page.page.locator(f"{script}zooms textarea")
    page.page.wait_for_function(
        "selector => document.querySelector(selector).value.startsWith('near')", arg=f"{script}zooms textarea"
    )
    assert zooms.input_value() == "near, far, far away"
    assert page.page.locator(f"{script}angles textarea").input_value() == "front, back"
    page.page.fill(f"{script}preset_name input, {script}preset_name textarea", "Mine")
    page.page.click(f"{script}preset_save")
    page.page.wait_for_function(
        "selector => document.querySelector(selector).value == 'Mine'", arg=f"{script}preset input"
    )
    (stored,) = (running.data / "outputs").rglob("grid-presets.json")
    assert '"far away"' in stored.read_text(encoding="utf-8")
    page.page.locator(f"{script}preset input").click()
    page.page.locator(f"{script}preset li", has_text="The tutorial").click()
    page.page.wait_for_function(
        "selector => document.querySelector(selector).value.startsWith('an extreme')", arg=f"{script}zooms textarea"
    )
    page.page.locator(f"{script}preset input").click()
    page.page.locator(f"{script}preset li", has_text="Mine").click()
    page.page.wait_for_function(
        "selector => document.querySelector(selector).value.startsWith('near')", arg=f"{script}zooms textarea"
    )
    zooms.fill("near, Near")
    page.page.click(f"{script}preset_save")
    page.see(".toast-body", "stands in the list twice")
    page.page.click(f"{script}preset_remove")
    page.page.wait_for_function(
        "selector => document.querySelector(selector).value.startsWith('an extreme')", arg=f"{script}zooms textarea"
    )
    assert "far away" not in stored.read_text(encoding="utf-8")
