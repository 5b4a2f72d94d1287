"""All tested runs of a character beside each other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing.result import write_result
from consistent_character.engine import CheckpointInfo, TrainingExample, TrainRequest
from consistent_character.errors import RequestError
from consistent_character.report.comparison import _drawn, comparison, look_of
from consistent_character.report.comparison_page import write_comparison
from consistent_character.report.history import JudgedRun, judged_runs
from consistent_character.report.palette import PAPER
from consistent_character.training.runs import start_run
from tests.report.forests import forest_test

CHECKPOINT = CheckpointInfo("cartoon-world", "f" * 64, 96, Path("cartoon-world.safetensors"))
GRAY = "photo of t0ken, plain gray clothes, (neutral gray  background:1.3)"
BARE = "photo of t0ken, plain gray clothes"


def _train(folder: CharacterFolder, name: str, rate: str, captions: list[str]) -> Path:
    run = folder.path / "runs" / name
    examples = tuple(TrainingExample(folder.images / f"{n}.png", text) for n, text in enumerate(captions))
    start_run(folder, TrainRequest("t0ken", run, examples, learn_rate=rate, batch_size=2), CHECKPOINT)
    return run


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[CharacterFolder]:
    who = Character(token="t0ken", look="a woman", background="neutral gray background")
    with CharacterFolder.create(tmp_path / "lady", who) as folder:
        careful = _train(folder, "20260101-120000-1", "0.002", [GRAY] * 20)
        careless = _train(folder, "20260102-120000-2", "0.01:50, 0.005", [BARE] * 20)
        _train(folder, "20260103-120000-3", "0.1", [GRAY])
        write_result(careful, forest_test(folder.path / "a", onset=None))
        write_result(careless, forest_test(folder.path / "b", onset=75))
        yield folder


def test_runs_tell_how_they_were_trained_and_what_came_of_it(folder: CharacterFolder) -> None:
    careful, careless = judged_runs(folder)
    assert dict(careful.settings) == {
        "learning rate": "0.002", "vectors": "8", "steps": "200", "batch": "2", "images": "20", "backdrop": "named",
    }  # fmt: skip
    assert dict(careless.settings)["backdrop"] == "left out"
    assert careful.worth == pytest.approx(0.83 * 0.9091, abs=1e-3)
    assert careless.worth is None, "nothing to use"
    mixed = _train(folder, "20260104-120000-4", "1", [GRAY, BARE, BARE, BARE])
    write_result(mixed, forest_test(folder.path / "c"))
    assert dict(judged_runs(folder)[-1].settings)["backdrop"] == "named in 25%"


def test_one_broken_test_is_a_row_and_stops_no_other(folder: CharacterFolder) -> None:
    (folder.path / "runs" / "20260101-120000-1" / "forest-test.json").write_text("{", encoding="utf-8")
    (folder.path / "runs" / "20260102-120000-2" / "request.json").unlink()
    broken, bare = judged_runs(folder)
    assert broken.test is None and "do the forest test again" in broken.problem
    assert bare.settings == () and bare.test is not None
    page = comparison((broken, bare))
    assert "do the forest test again" in page
    assert page.count('scope="row"') == 2


def test_the_table_marks_the_best_and_shares_its_signs_with_the_plot(folder: CharacterFolder) -> None:
    page = comparison(judged_runs(folder))
    rows = re.findall(r"<tr.*?</tr>", page[page.index("cc-runs") :], flags=re.DOTALL)[1:]
    assert ["cc-chosen" in row for row in rows] == [True, False]
    assert "var(--cc-run-1)" in rows[0] and "var(--cc-run-2)" in rows[1]
    plot = page[: page.index("</svg>")]
    assert "var(--cc-run-1)" in plot and "var(--cc-run-2)" in plot and "#0101" not in plot


def test_runs_can_be_told_apart() -> None:
    assert len({look_of(number) for number in range(64)}) == 64


def test_it_is_written_as_a_page_or_a_picture(folder: CharacterFolder, tmp_path: Path) -> None:
    runs = judged_runs(folder)
    page = write_comparison(tmp_path / "all.html", "t0ken", runs).read_text(encoding="utf-8")
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"|<!DOCTYPE[^>]*>', "", page)
    assert "2 tested runs." in page
    with Image.open(write_comparison(tmp_path / "all.png", "t0ken", runs)) as picture:
        assert picture.width > 1000
    with pytest.raises(RequestError, match=r"\.html or \.png"):
        write_comparison(tmp_path / "all.pdf", "t0ken", runs)
    assert not (tmp_path / "all.pdf").exists()


def test_no_run_is_no_plot() -> None:
    assert "No run has been tested yet" in comparison(())


ends = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8)


@settings(max_examples=8, deadline=None)
@given(ends=ends)
def test_no_number_covers_another_one(made: JudgedRun, ends: list[tuple[float, float]]) -> None:
    assert made.test is not None
    last = made.test.iterations[-1]
    runs = []
    for scene, likeness in ends:
        one = replace(last, scene=scene, likeness=likeness)
        runs.append(replace(made, test=replace(made.test, iterations=(one,), recommended=one.step)))
    figure = _drawn(runs, PAPER)
    figure.draw_without_rendering()
    numbers = [text for text in figure.axes[0].texts if text.get_text().isdigit()]
    assert len(numbers) == len(runs)
    boxes = [text.get_window_extent() for text in numbers]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> JudgedRun:
    return JudgedRun("x", (), forest_test(tmp_path_factory.mktemp("forest"), (50,), seeds=(1, 2)))


def test_the_document_for_programs(folder: CharacterFolder) -> None:
    from consistent_character.documents import compared, to_json

    document = json.loads(json.dumps(to_json(compared(judged_runs(folder)))))
    first, second = document["runs"]
    assert first["settings"]["learning rate"] == "0.002"
    assert (first["recommended"], second["onset"]) == (100, 75)
    assert set(first["iterations"][0]) == {"step", "scene", "likeness", "verdict"}
    assert first["problem"] is None
