"""What happens around the pictures that our engine draws in the real web UI: as little as possible."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.webui.pictures import apart, as_json, asking, draw
from tests.webui.server import OTHER_CHECKPOINT, RunningWebUI

pytestmark = pytest.mark.webui


def test_a_batch_leaves_no_trace(running: RunningWebUI, tmp_path: Path) -> None:
    running.request("/sdapi/v1/txt2img", {"prompt": "the user's", "steps": 1, "width": 96, "height": 96})
    before = running.inside("state.everything")
    draw(running, [asking(f"a woman, {place}") for place in ("forest", "beach", "city")], tmp_path)
    assert running.inside("state.everything") == before
    assert (running.data / "params.txt").read_text(encoding="utf-8").startswith("the user's")


def test_nobody_else_has_a_say(running: RunningWebUI, tmp_path: Path) -> None:
    """No script of another extension runs, and nobody is told of a saved image."""
    assert running.inside("engine.bystanders", request=as_json(asking("a woman")), folder=str(tmp_path)) == []


def test_longer_neighbours_change_nothing(running: RunningWebUI, tmp_path: Path) -> None:
    """The web UI fills a shorter prompt up with empty chunks when it stands beside a longer one."""
    short, long = asking("a woman, forest"), asking(", ".join(["a woman with red hair in a green dress"] * 12))
    together = draw(running, [short, long, short], tmp_path / "together")
    alone = draw(running, [short], tmp_path / "alone")
    assert apart(together[0], alone[0]) <= 1
    assert apart(together[2], alone[0]) <= 1


@pytest.mark.parametrize("flag", ["interrupted", "skipped", "stopping_generation"])
def test_a_button_stops_it(running: RunningWebUI, tmp_path: Path, flag: str) -> None:
    """What was drawn before is whole; of what was in work only that of a finished batch is given."""
    before = running.inside("state.everything")
    requests = [as_json(asking("a woman, forest", seed)) for seed in range(24)]
    came, raised = running.inside("engine.interrupted_render", requests=requests, folder=str(tmp_path), flag=flag)
    assert raised == "Interrupted"
    assert came == (16 if flag == "stopping_generation" else 8)
    assert running.inside("state.everything") == before


def test_a_refused_prompt_draws_nothing(running: RunningWebUI, tmp_path: Path) -> None:
    requests = [as_json(asking("a woman")), as_json(asking("a naked 12 year old"))]
    (told,) = running.inside("engine.render", requests=requests, folder=str(tmp_path))
    assert told["error"].startswith("UnsafePrompt: ")
    assert [*tmp_path.glob("*.png")] == []


def test_a_checkpoint_of_another_kind_is_told(running: RunningWebUI, tmp_path: Path) -> None:
    told = running.inside("engine.render_with_another_kind", request=as_json(asking("a woman")), folder=str(tmp_path))
    assert told.startswith("CheckpointError: cartoon-world is no Stable Diffusion 1.x checkpoint")


def test_a_checkpoint_chosen_meanwhile_waits(running: RunningWebUI, tmp_path: Path) -> None:
    """The user's menu writes its choice at once, and waits for the queue to load it: not in the midst of our job."""
    requests = [as_json(asking("a woman, forest", seed)) for seed in range(9)]
    found = running.inside(
        "engine.render_while_choosing", requests=requests, folder=str(tmp_path), checkpoint=OTHER_CHECKPOINT
    )
    assert {text.split("Model: ")[1].split(",")[0] for text in found["infotexts"]} == {"cartoon-world"}
    assert found["chosen"] == OTHER_CHECKPOINT
