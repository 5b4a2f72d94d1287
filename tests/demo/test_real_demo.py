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

STEPS = 160
PLAN = DemoPlan(
    per_cell=2,
    keep=45,
    sampling_steps=10,
    forest_seeds=(1, 2, 3),
    forest_steps=10,
    runs=(
        replace(RIGHT, steps=STEPS, save_every=40, learn_rate="0.005"),
        replace(OVERTRAINED, steps=STEPS, save_every=40),
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


def test_the_report_tells_of_both_runs_and_raises_no_false_alarm(facts: dict) -> None:
    assert (facts["images"], facts["kept"]) == (50, 45)
    right, other = facts["runs"]
    assert [run["name"] for run in (right, other)] == ["right", "overtrained"]
    assert right["onset"] is None
    assert all(row["scene"] > 0.7 for row in right["iterations"])
    likeness = [row["likeness"] for row in right["iterations"]]
    assert max(likeness) > likeness[0] or max(likeness) > 0.5


def test_the_captions_hold_the_token_and_no_emphasis(page: Path) -> None:
    captions = [path.read_text(encoding="utf-8") for path in (page.parent / "right" / "images").glob("*.txt")]
    assert len(captions) == 45
    assert all(PLAN.token in caption and "(" not in caption and "Steps:" not in caption for caption in captions)
