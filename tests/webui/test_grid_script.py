"""The entry of the Script menu in a real web UI: with every setting against it, stopped, and gone on with."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from consistent_character.prompts import infotext
from tests.webui.server import RunningWebUI, WebUI

pytestmark = pytest.mark.webui

SCRIPT = "Character zoom × angle grid"
PROMPT = "(a closeup:1.1) front shot photo of a woman, gray background"
ZOOMS, ANGLES = "a closeup, a full body", "front shot, side angle"


def body(per_cell: int, folder: str = "", **more: Any) -> dict[str, Any]:
    return {
        "prompt": PROMPT,
        "negative_prompt": "a closeup, blurry",
        "steps": 2,
        "width": 96,
        "height": 96,
        "sampler_name": "Euler a",
        "batch_size": 3,
        "n_iter": 7,
        "script_name": SCRIPT,
        "script_args": [ZOOMS, ANGLES, per_cell, folder],
        **more,
    }


def draw(running: RunningWebUI, *args: Any, **more: Any) -> dict[str, Any]:
    """What the call told of its result."""
    answer = running.request("/sdapi/v1/txt2img", body(*args, **more))
    return {"images": answer["images"], **json.loads(answer["info"])}


@contextmanager
def options(running: RunningWebUI, **values: Any) -> Iterator[None]:
    """Change settings for a while."""
    before = running.request("/sdapi/v1/options")
    running.request("/sdapi/v1/options", values)
    yield
    running.request("/sdapi/v1/options", {name: before[name] for name in values})


def grids(running: RunningWebUI) -> list[Path]:
    found = (running.data / "outputs").rglob("character-grids/*")
    return sorted(path for path in found if path.is_dir())


def pictures(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.png"))


def test_every_picture_with_its_own_text_whatever_the_settings_say(running: RunningWebUI) -> None:
    before = set(grids(running))
    hostile = {"save_txt": False, "samples_save": False, "samples_format": "jpg", "enable_pnginfo": False}
    with options(running, **hostile, return_grid=False, save_to_dirs=True):
        told = draw(running, 2)
    (folder,) = set(grids(running)) - before
    assert len(told["images"]) == 1
    counts = {"planned": 8, "existing": 0, "drawn": 8, "left": 0}
    assert told["extra_generation_params"]["Character grid"] == {"folder": str(folder), **counts}
    assert len(pictures(folder)) == 8
    assert {path.suffix for path in folder.iterdir()} == {".png", ".txt", ".json"}
    seeds = set()
    for path in pictures(folder):
        text = path.with_suffix(".txt").read_text(encoding="utf-8")
        with Image.open(path) as picture:
            assert picture.size == (96, 96)
            assert picture.info["parameters"] == text.removesuffix("\n")
        said = infotext.parse(text)
        assert said.negative_prompt == "a closeup, blurry", "only the positive prompt is touched"
        assert path.stem.endswith(f"-{said.parameters['Seed']}")
        seeds.add(said.parameters["Seed"])
    assert len(seeds) == 8
    prompts = [infotext.parse(path.with_suffix(".txt").read_text("utf-8")).prompt for path in pictures(folder)]
    assert sorted(prompts) == sorted(
        2
        * [
            f"({zoom}:1.1) {angle} photo of a woman, gray background"
            for zoom in ZOOMS.split(", ")
            for angle in ANGLES.split(", ")
        ]
    )


def test_what_the_text_says_draws_the_same_picture_alone(running: RunningWebUI) -> None:
    before = set(grids(running))
    draw(running, 1, seed=11, subseed=3, subseed_strength=0.3)
    (folder,) = set(grids(running)) - before
    path = pictures(folder)[2]
    said = infotext.parse(path.with_suffix(".txt").read_text(encoding="utf-8"))
    alone = body(1, prompt=said.prompt, seed=int(said.parameters["Seed"]), batch_size=1, n_iter=1)
    alone |= {"subseed": int(said.parameters["Variation seed"]), "subseed_strength": 0.3}
    alone |= {"script_name": None, "script_args": [], "save_images": True}
    had = set((running.data / "outputs").rglob("*.png"))
    running.request("/sdapi/v1/txt2img", alone)
    (redrawn,) = set((running.data / "outputs").rglob("*.png")) - had
    with Image.open(path) as one, Image.open(redrawn) as other:
        # reForge hides the text in an alpha of its own
        difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
        assert max(high for _, high in difference.getextrema()) <= 1
        assert one.info["parameters"] == other.info["parameters"]


def test_a_fixed_seed_makes_the_same_plan_and_finished_is_finished(running: RunningWebUI) -> None:
    before = set(grids(running))
    draw(running, 1, seed=12)
    (folder,) = set(grids(running)) - before
    at = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    draw(running, 1, seed=12)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == at
    draw(running, 1, str(folder), seed=12)
    assert set(grids(running)) - before == {folder}


def test_interrupted_it_goes_on_and_nothing_half_done_is_left(running: RunningWebUI) -> None:
    before = set(grids(running))
    drawing = threading.Thread(target=draw, args=(running, 4), kwargs={"seed": 13, "steps": 4})
    drawing.start()
    until = time.monotonic() + 300
    while time.monotonic() < until and not any(len(pictures(path)) >= 3 for path in set(grids(running)) - before):
        time.sleep(0.05)
    running.request("/sdapi/v1/interrupt", {})
    drawing.join(300)
    (folder,) = set(grids(running)) - before
    kept = {path: path.read_bytes() for path in pictures(folder)}
    assert 3 <= len(kept) < 16
    assert all(path.with_suffix(".txt").exists() for path in kept)
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    draw(running, 4, seed=13, steps=4)
    assert len(pictures(folder)) == 16
    assert all(path.read_bytes() == content for path, content in kept.items())


def test_a_second_pass_follows_the_cell(running: RunningWebUI, webui: WebUI) -> None:
    before = set(grids(running))
    second = {"enable_hr": True, "hr_scale": 1.5, "hr_second_pass_steps": 1, "denoising_strength": 0.4}
    draw(running, 1, seed=14, **second, **webui.kind.hires, hr_upscaler="Latent", hr_prompt="a closeup, sharp")
    (folder,) = set(grids(running)) - before
    texts = [infotext.parse(path.with_suffix(".txt").read_text(encoding="utf-8")) for path in pictures(folder)]
    assert {text.parameters["Hires prompt"] for text in texts} == {"a closeup, sharp", "a full body, sharp"}
    for path, text in zip(pictures(folder), texts, strict=True):
        assert text.parameters["Hires prompt"].removesuffix(", sharp") in text.prompt
        with Image.open(path) as picture:
            assert picture.size == (144, 144)


def test_only_a_batch_of_pictures_is_ever_held(running: RunningWebUI) -> None:
    running.inside("grid_script.watch_pictures")
    try:
        draw(running, 8, seed=15, steps=1)
    finally:
        most, batches = running.inside("grid_script.most_pictures")
    assert batches == 11, "32 pictures are 11 batches of 3, across the prompts"
    assert most <= 8, "this batch, the one before while it is let go of, and the live preview"


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"prompt": "a woman"}, "Your prompt names no zoom"),
        ({"prompt": "a closeup, a full body, front shot"}, "names two zooms"),
        ({"prompt": "a closeup front shot of a naked 15yo girl"}, "This prompt is refused"),
        ({"script_args": ["a closeup", "front shot", 0, ""]}, "Pictures per cell: 0"),
        ({"script_args": ["a closeup", "front shot", 1, "/etc"]}, "no character “/etc”"),
    ],
)
def test_what_cannot_be_drawn_is_one_clear_line_before_the_first_picture(
    running: RunningWebUI, changed: dict[str, Any], line: str
) -> None:
    before = grids(running)
    with pytest.raises(AssertionError, match=line):
        draw(running, 1, **changed)
    assert grids(running) == before
