"""The curves of a forest test: nothing is covered, everything is marked, in the page's colours."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from consistent_character.choosing import ForestTest
from consistent_character.report.curves import VERDICT_MARKS, curves, draw_curves, forest_curves
from consistent_character.report.palette import PAPER
from tests.report.forests import forest_test


@pytest.fixture(scope="module")
def test(tmp_path_factory: pytest.TempPathFactory) -> ForestTest:
    return forest_test(tmp_path_factory.mktemp("forest"), (20, 40, 60, 80, 100, 120), onset=100, unseen=(50, 70))


def test_onset_recommendation_and_passed_over_iterations_are_marked(test: ForestTest) -> None:
    drawn = forest_curves(test)
    assert "use step 80" in drawn
    assert "overtrained from step 100" in drawn
    assert "#0101" not in drawn
    for colour in ("scene", "likeness", "good", "bad"):
        assert f"var(--cc-{colour})" in drawn
    assert "<title>step 50: not drawn; vector norms 0.25, drift 0.33</title>" in drawn
    assert "<title>step 40: scene 0.83, undertrained</title>" in drawn
    for verdict in {one.verdict for one in test.iterations}:
        assert drawn.count(VERDICT_MARKS[verdict]) == sum(one.verdict == verdict for one in test.iterations)


def test_bands_are_drawn_where_there_are_any(test: ForestTest) -> None:
    plain = (replace(one, scene_band=(0.0, 1.0), likeness_band=(0.0, 1.0)) for one in test.iterations)
    with_bands, without = Figure().add_subplot(), Figure().add_subplot()
    draw_curves(with_bands, test, PAPER)
    draw_curves(without, replace(test, iterations=tuple(plain)), PAPER)
    assert len(with_bands.collections) == len(without.collections) + 2


@settings(max_examples=15, deadline=None)
@given(
    steps=st.lists(st.integers(1, 5000), min_size=2, max_size=40, unique=True),
    at=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_no_words_cover_each_other(test: ForestTest, steps: list[int], at: tuple[float, float]) -> None:
    steps = sorted(steps)
    recommended, onset = sorted(steps[round(share * (len(steps) - 1))] for share in at)
    one = test.iterations[0]
    made = replace(
        test,
        unseen=(),
        iterations=tuple(replace(one, step=step) for step in steps),
        recommended=recommended,
        onset=onset if onset != recommended else None,
    )
    figure = curves(made, PAPER)
    canvas = FigureCanvasAgg(figure)
    (axes,) = figure.axes
    canvas.draw()
    marks = [text for text in axes.texts if "step" in text.get_text()]
    boxes = [text.get_window_extent() for text in marks]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    signs = [text.get_window_extent() for text in axes.texts if "step" not in text.get_text()]
    assert not any(box.overlaps(sign) for box in boxes for sign in signs)
    for box in boxes:
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1, "cut off at the edge"
    lines = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert len(lines) == 2 * len(marks)
    for line in lines:
        line_box = line.get_window_extent()
        assert not any(box.x0 < line_box.x0 < box.x1 and box.y0 < line_box.y1 and line_box.y0 < box.y1 for box in boxes)


def test_one_iteration_is_enough(tmp_path: Path) -> None:
    assert "use step 75" in forest_curves(forest_test(tmp_path, (75,), onset=None))


def test_a_test_without_iterations_is_drawn_empty(test: ForestTest) -> None:
    assert forest_curves(replace(test, iterations=(), unseen=(), onset=None, recommended=None)).startswith("<svg")
