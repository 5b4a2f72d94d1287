"""The whole job with nothing faked: the cartoon world's checkpoint draws, learns and is judged."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("diffusers")

from consistent_character.demo import DemoPlan, run_demo
from consistent_character.demo.plan import OVERTRAINED, RIGHT
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.progress import Silent
from consistent_character.prompts import infotext

STEPS = 120
HARD_STEPS = 120
PLAN = DemoPlan(
    per_cell=4,
    keep=90,
    sampling_steps=10,
    forest_steps=10,
    runs=(
        replace(RIGHT, steps=STEPS, save_every=20),
        replace(OVERTRAINED, steps=HARD_STEPS),
    ),
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_demo(tmp_path_factory.mktemp("real") / "out", StandaloneEngine.load(), Silent(), PLAN)


@pytest.fixture(scope="module")
def facts(page: Path) -> dict[str, object]:
    return json.loads((page.parent / "report.json").read_text(encoding="utf-8"))


def test_images_are_real_and_carry_how_they_were_made(page: Path) -> None:
    image = next((page.parent / "character" / "images").glob("*.png"))
    with Image.open(image) as picture:
        assert picture.size == (96, 96)
        assert len(picture.convert("RGB").getcolors(96 * 96) or ()) > 500
        told = infotext.parse(picture.info["parameters"])
    assert "neutral gray background" in told.prompt
    assert told.parameters["Model"] == "cartoon-world"


def test_training_is_real_and_lowers_the_loss(page: Path) -> None:
    (losses,) = (page.parent / "right" / "runs").glob("*/**/loss.csv")
    with losses.open(encoding="utf-8", newline="") as file:
        rows = [float(row["loss"]) for row in csv.DictReader(file)]
    assert len(rows) == STEPS
    assert sum(rows[-30:]) < 0.95 * sum(rows[:30])


def test_captions_that_name_the_backdrop_keep_the_forest(facts: dict) -> None:
    assert (facts["images"], facts["kept"]) == (100, 90)
    right = facts["runs"][0]
    assert (right["name"], right["onset"]) == ("right", None)
    assert all(row["scene"] > 0.7 for row in right["iterations"])
    likeness = {row["step"]: row["likeness"] for row in right["iterations"]}
    assert likeness[right["recommended"]] >= 0.5


def test_captions_without_it_lose_the_forest_and_the_verdict_says_where(facts: dict) -> None:
    other = facts["runs"][1]
    assert other["name"] == "overtrained"
    scene = {row["step"]: row["scene"] for row in other["iterations"]}
    assert scene[20] > 0.7
    assert other["onset"] is not None
    after = [value for step, value in scene.items() if step >= other["onset"]]
    assert sum(after) / len(after) < 0.5
    assert other["recommended"] < other["onset"]


def test_the_captions_hold_the_token_and_no_emphasis(page: Path) -> None:
    captions = [path.read_text(encoding="utf-8") for path in (page.parent / "right" / "images").glob("*.txt")]
    assert len(captions) == 90
    assert all(PLAN.token in caption and "(" not in caption and "Steps:" not in caption for caption in captions)
