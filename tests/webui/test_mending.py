"""What would spoil a run is found and mended in the real web UI, by the tab's buttons and by REST."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from tests.choosing.pictures import WOMAN, training_set
from tests.ui.conftest import browser
from tests.webui.browsing import window
from tests.webui.rest import Routes
from tests.webui.server import CHECKPOINT, WORLD, RunningWebUI

pytestmark = [pytest.mark.webui, pytest.mark.usefixtures("trainer")]

__all__ = ["browser"]

LOOK = "a woman with dark skin, square face"


def _character(running: RunningWebUI, token: str, checkpoint: str = "") -> Path:
    """A character whose pictures still have the prompts that they were generated with; returns its images' folder."""
    root = running.data / "outputs" / "consistent-character"
    with CharacterFolder.create(root / token, Character(token, LOOK, checkpoint=checkpoint)) as folder:
        for number, (picture, _) in enumerate(training_set(WOMAN, per_cell=1)[:12]):
            picture.save(folder.images / f"{number:02d}.png")
            text = f"a closeup front shot photo of {LOOK}, gray background {number}\nSteps: 20, Seed: {number}\n"
            (folder.images / f"{number:02d}.txt").write_text(text, encoding="utf-8")
        return folder.images


def test_the_tab_refuses_mends_and_trains(running: RunningWebUI, browser: Any) -> None:
    images = _character(running, "m3nd3d")
    before = {path.name: path.read_bytes() for path in images.iterdir()}
    with window(browser, running.url) as page:
        page.open("m3nd3d")
        page.panel("Train")
        page.number("train", 4)
        page.press("train", "start")
        page.told("Training has not begun")
        assert not list((images.parent / "runs").iterdir())
        page.see("#cc_panel_train .cc-finding", "generation parameters")
        page.see("#cc_panel_train .cc-finding", "Only the last step will be saved")
        page.press("train", "fix", "all")
        assert "Save every 1 steps" in page.told("Mended:")
        page.see("#cc_train_findings", "Nothing found")
        page.press("train", "start")
        page.told("Trained. 4 iterations saved")
        page.see("#cc_train_curve .cc-note", "forest watch judges the first iteration after 10 steps")
        page.press("train", "undo")
        page.told("captions are as before")
        page.see("#cc_panel_train .cc-finding", "generation parameters")
        assert not page.errors
    assert {path.name: path.read_bytes() for path in images.iterdir()} == before


def test_a_checkpoint_that_came_while_the_web_ui_runs_is_found_by_rest(running: RunningWebUI) -> None:
    routes = Routes(running)
    _character(running, "l4te", checkpoint="late-world.safetensors")
    settings = {"steps": 2, "save_every": 1, "preview_every": 1, "preview_steps": 4}
    fixes = {one["code"]: one["fix"] for one in routes.post("/characters/l4te/preflight", settings)["findings"]}
    assert (fixes["checkpoint-missing"]["id"], fixes["checkpoint-missing"]["how"]) == ("checkpoint-missing", "host")
    mend = {**settings, "fixes": ["checkpoint-missing"]}
    done = routes.done("/characters/l4te/mend", mend)
    assert (done["mended"], [one["id"] for one in done["left"]]) == ([], ["checkpoint-missing"])
    models = running.data / "models" / "Stable-diffusion"
    late = [models / f"late-world.{ending}" for ending in ("yaml", "safetensors")]
    try:
        late[0].write_bytes((models / f"{CHECKPOINT}.yaml").read_bytes())
        late[1].symlink_to(WORLD / f"{CHECKPOINT}.safetensors")
        assert routes.done("/characters/l4te/mend", mend)["mended"] == ["checkpoint-missing"]
        done = routes.done("/characters/l4te/mend", settings)
        assert (done["mended"][0], done["errors"]) == ("caption-infotext", 0)
        run = routes.done("/characters/l4te/train", settings)
    finally:
        for path in late:
            path.unlink()
        running.inside("tab.list_checkpoints")
    assert (run["finished"], run["ending"]) == (True, None)
    assert run["forest_watch"]["setting"] == "watch"
    assert [one["step"] for one in run["forest_watch"]["seen"]] == [1, 2]
