"""The demo, with a painter in the model's place that fades to gray as an overtrained embedding does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from consistent_character.demo import DemoPlan, run_demo
from consistent_character.demo.plan import OVERTRAINED, RIGHT
from consistent_character.errors import Interrupted, RequestError
from consistent_character.progress import Silent
from tests.fading import FADED, LEARNED, painted
from tests.fakes import as_engine

PLAN = DemoPlan(
    per_cell=1,
    keep=22,
    forest_seeds=(1, 2),
    runs=(replace(RIGHT, steps=100, save_every=10), replace(OVERTRAINED, steps=100, save_every=10)),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "out"
    return run_demo(out, as_engine(painted()), Silent(), PLAN)


def test_it_ends_with_a_page_and_the_facts(made: Path) -> None:
    facts = json.loads((made.parent / "report.json").read_text(encoding="utf-8"))
    assert (facts["images"], facts["kept"], facts["captions"]) == (25, 22, 22)
    assert set(facts["seconds"]) == {"total", "generate", "curate", "caption", "train", "choose"}
    assert [run["name"] for run in facts["runs"]] == ["right", "overtrained"]
    assert [row["step"] for row in facts["runs"][0]["iterations"]] == list(range(10, 101, 10))
    assert made.name == "report.html"


def test_no_false_alarm_in_the_right_run_and_the_onset_named_in_the_other(made: Path) -> None:
    right, overtrained = json.loads((made.parent / "report.json").read_text(encoding="utf-8"))["runs"]
    assert right["onset"] is None
    assert right["recommended"] >= LEARNED
    assert overtrained["onset"] == FADED
    assert LEARNED <= overtrained["recommended"] < FADED


def test_both_runs_train_on_the_same_images_and_only_one_is_told_of_the_backdrop(made: Path) -> None:
    right, overtrained = (made.parent / name / "images" for name in ("right", "overtrained"))
    images = {path.name: path.read_bytes() for path in right.glob("*.png")}
    assert images == {path.name: path.read_bytes() for path in overtrained.glob("*.png")}
    assert all("neutral gray background" in path.read_text(encoding="utf-8") for path in right.glob("*.txt"))
    assert not any("background" in path.read_text(encoding="utf-8") for path in overtrained.glob("*.txt"))
    assert all(PLAN.token in path.read_text(encoding="utf-8") for path in overtrained.glob("*.txt"))


class _Impatient(Silent):
    """Stops the demo after so many units of work."""

    def __init__(self, patience: int) -> None:
        super().__init__()
        self._patience = patience

    def advance(self, units: int = 1, note: str = "") -> None:
        self._patience -= units
        if self._patience < 0:
            raise Interrupted("stopped")


@pytest.mark.parametrize("patience", [10, 40, 90, 160, 260, 280])
def test_an_interrupted_demo_goes_on_and_draws_nothing_twice(tmp_path: Path, made: Path, patience: int) -> None:
    engine = painted()
    with pytest.raises(Interrupted):
        run_demo(tmp_path / "out", as_engine(engine), _Impatient(patience), PLAN)
    page = run_demo(tmp_path / "out", as_engine(engine), Silent(), PLAN)
    seeds, iterations = len(PLAN.forest_seeds), 10
    assert len(engine.rendered) == 25 + len(PLAN.runs) * seeds * (iterations + 1)
    facts, wanted = (json.loads((path.parent / "report.json").read_text(encoding="utf-8")) for path in (page, made))
    assert {**facts, "seconds": 0} == {**wanted, "seconds": 0}


def test_done_again_it_only_writes_the_report_again(tmp_path: Path) -> None:
    run_demo(tmp_path / "out", as_engine(painted()), Silent(), PLAN)
    engine = painted()
    run_demo(tmp_path / "out", as_engine(engine), Silent(), PLAN)
    assert not engine.rendered


def test_another_demo_does_not_mix_with_this_one(made: Path) -> None:
    with pytest.raises(RequestError, match="--out"):
        run_demo(made.parent, as_engine(painted()), Silent(), replace(PLAN, per_cell=2))
