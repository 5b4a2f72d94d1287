"""The five steps as a person does them in the web UI's page, and a picture of each panel."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from consistent_character.choosing.battery.request import GROUPS
from tests.webui.browsing import TITLE, TabPage
from tests.webui.whole_job import CHOOSING, EDGE, FOREST, HER, TRAINING, picture_of

SCRIPT = "Character zoom × angle grid"
_GRID = "#script_character_zoom__angle_grid_"
_SCRIPTS = "#txt2img_script_container #script_list"
_LONG = 900_000
"""Milliseconds until a step of the job has come to its end."""


class Hands:
    """Works in one window; `folder` receives the pictures of the panels."""

    def __init__(self, page: TabPage, folder: Path) -> None:
        self.window, self.page, self._folder = page, page.page, folder
        self.page.set_default_timeout(_LONG)

    def create(self, token: str) -> None:
        """Create her."""
        self.page.click("#cc_new .label-wrap")
        self.window.write("#cc_new", "Token", token)
        self.window.write("#cc_new", "Look", HER.look)
        self.window.see("#cc_new_prompt code", HER.look)
        self._keep("1-new")
        self.window.press("create")
        self.window.see("#cc_summary h2", token)
        self.page.click("#cc_new .label-wrap")

    def token(self, token: str) -> None:
        """Look what the model makes of the token alone."""
        self.window.panel("Generate")
        self.page.click("#cc_token .label-wrap")
        self.window.press("token", "start")
        self.window.told(f"{token} is ")
        self.window.see("#cc_token_result img")
        self._keep("2-generate")

    def grid_in_txt2img(self, token: str, per_cell: int) -> None:
        """Let the tab write the prompt and the size, and the Script menu's entry draw the grid into her folder.

        Whoever leaves txt2img's own Width or Height makes a script of AUTOMATIC1111's fail, with and without us: its
        `onCalcResolutionHires` returns values to an event of no outputs. It does no harm; the same trace: issue 10978.
        """
        with self._sampling("#cc_panel_generate"):
            self._sizes("generate")
        self.window.press("generate", "stock")
        prompt = self.page.locator("#txt2img_prompt textarea")
        prompt.wait_for(state="visible")
        self.page.wait_for_function("document.querySelector('#txt2img_prompt textarea').value.includes('closeup')")
        self.page.fill("#txt2img_neg_prompt textarea", "")  # the tutorial's wants no glasses, and she has some
        self._pick(_SCRIPTS, SCRIPT)
        folder = self.page.locator(f"{_GRID}folder input")
        folder.fill(token)
        folder.press("Enter")
        self._number(f"{_GRID}per_cell", per_cell)
        self._number("#txt2img_steps", 12)
        self._number("#txt2img_cfg_scale", 5)
        self.page.click("#txt2img_generate")
        self.window.see("#html_info_txt2img", "Steps: 12")  # in the gallery the live preview comes before the end
        self._keep("3-grid-in-txt2img")
        self.page.locator("#tabs > .tab-nav button", has_text=TITLE).click()

    def curate(self, token: str, kept: int) -> None:
        """Look at the grid, and move what is too much out of the way."""
        self.window.panel("Curate")
        self.window.number("curate", kept)
        self.window.press("curate", "analyse")
        self.window.told("would stay")
        self.window.see("#cc_curate_going img")
        self._keep("4-curate")
        self.window.press("curate", "apply")
        self.window.told("images moved")

    def caption(self) -> None:
        """Rewrite the captions."""
        self.window.panel("Caption")
        self.window.press("caption", "plan")
        self.window.see("#cc_caption_changes del")
        self._keep("5-caption")
        self.window.press("caption", "apply")
        self.window.told("written")

    def train(self, saved: Callable[[], bool]) -> None:
        """Look first, then train, and press the web UI's Interrupt as soon as an iteration is saved."""
        self.window.panel("Train")
        boxes = ("steps", "learn_rate", "batch_size")
        for label, name in zip(("Steps", "Learning rate", "Batch size"), boxes, strict=True):
            self._label("train", label, TRAINING[name])
        self.page.locator("#cc_panel_train .label-wrap", has_text="Iterations and previews").click()
        for label, name in (("Save every", "save_every"), ("Preview every", "preview_every")):
            self._label("train", label, TRAINING[name])
        self._label("train", "Preview prompt", FOREST)
        self._label("train", "Preview steps", TRAINING["preview_steps"])
        self._label("train", "Preview CFG scale", TRAINING["preview_cfg_scale"])
        self.page.locator("#cc_panel_train .label-wrap", has_text="Iterations and previews").click()
        self.window.press("train", "check")
        self.window.see("#cc_train_findings p, #cc_train_findings td")
        self._keep("6-check")
        self.window.press("train", "start")
        while not saved():
            self.page.wait_for_timeout(200)
        self.window.see("#cc_train_previews img")
        self._keep("7-train")
        self._look_elsewhere()
        self.window.press("interrupt")
        self.window.told("Stopped")

    def _look_elsewhere(self) -> None:
        """Turn to another panel while it trains: what is told above the panels goes on."""
        self.window.panel("Choose")
        seen = self.window.see("#cc_strip .cc-count").inner_text()
        self.page.wait_for_function(
            "seen => document.querySelector('#cc_strip .cc-count')?.innerText != seen", arg=seen
        )
        self.window.panel("Train")

    def go_on(self) -> None:
        """Go on with the run until its end."""
        self.window.press("train", "resume")
        self.window.told("iterations saved")
        self._keep("8-trained")

    def choose(self) -> int:
        """The forest test; returns the step that the page says to use."""
        self.window.panel("Choose")
        form = "choose #cc_choose_form"
        self._label(form, "Prompt", CHOOSING["prompt"])
        with self._sampling(f"#cc_panel_{form}"):
            self._label(form, "Steps", CHOOSING["steps"])
            self._label(form, "CFG scale", CHOOSING["cfg_scale"])
            self._sizes(form)
        self.window.press("choose", "start")
        told = self.window.told("Use step")
        self.window.see("#cc_choose_pictures .cc-picture img")
        self._keep("9-choose")
        return int(told.split()[2].strip(",."))

    def try_out(self, step: int) -> None:
        """Look at the iteration in other places, beside the class word."""
        self.page.locator("#cc_validate_open > .label-wrap").click()
        for group in GROUPS[1:]:
            self.page.locator(f'#cc_validate_groups label:has-text("{group}") input').uncheck()
        with self._sampling("#cc_validate_open"):
            self._sizes("choose #cc_validate_open")
        self.window.press("validate", "start")
        self.window.told(f"Step {step} is good in")
        self.window.see("#cc_validate_sheet img")
        self._keep("10-tried-out")

    def install(self, step: int) -> None:
        """Put the recommended iteration to use."""
        self.page.locator("#cc_install_open .label-wrap").click()
        assert self.page.locator("#cc_install_step input").input_value() == str(step)
        self.window.press("install", "start")
        self.window.told("Model card:")  # "Step … is" was said before, of the trying out

    def use(self, token: str) -> None:
        """Draw her somewhere else, in txt2img."""
        self.page.locator("#tabs > .tab-nav button", has_text="txt2img").click()
        self._pick(_SCRIPTS, "None")
        self.page.fill("#txt2img_prompt textarea", FOREST.replace("{name}", token))
        self._number("#txt2img_batch_count", 1)
        self.page.click("#txt2img_generate")
        said = re.compile(rf'TI hashes: "{token}: |TI: {token}\b')  # Forge tells no hash
        self.page.locator("#html_info_txt2img", has_text=said).first.wait_for(state="visible")
        self._keep("11-in-use")

    @contextmanager
    def _sampling(self, within: str) -> Iterator[None]:
        """The sampling settings of a form, unfolded for a while."""
        label = self.page.locator(f"{within} .label-wrap", has_text="Sampling")
        label.click()
        yield
        label.click()

    def _sizes(self, form: str) -> None:
        """Forge does not know what the checkpoint was made for."""
        for side in ("Width", "Height"):
            self._label(form, side, EDGE)

    def _keep(self, name: str) -> None:
        picture_of(self.page, name, self._folder)

    def _pick(self, where: str, choice: str) -> None:
        self.page.locator(f"{where} input").first.click()
        self.page.locator(f"{where} li", has_text=choice).first.click()

    def _number(self, where: str, value: float) -> None:
        box = self.page.locator(f"{where} input[type=number]").first
        box.fill(str(value))
        box.press("Tab")

    def _label(self, panel: str, label: str, value: Any) -> None:
        """Write into the box with this label."""
        box = self.page.locator(f"#cc_panel_{panel} .block", has=self.page.locator(f'span:text-is("{label}")'))
        field = box.last.locator("input[type=number], textarea, input").first
        field.fill(str(value))
        field.press("Tab")
