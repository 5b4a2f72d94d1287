"""A small share of the benchmark of verdicts: two short runs, trained and judged for real, and its own arithmetic."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.verdict.judging import Share, judged
from benchmarks.verdict.recipes import RECIPES, Case, cases, unseen_cases
from benchmarks.verdict.rule_of_thumb import Thumb, rule_of_thumb
from benchmarks.verdict.table import Line, near, summary
from benchmarks.verdict.truth import Point, Truth, agreement, wanting
from consistent_character.hosts.standalone.engine import StandaloneEngine
from worlds.cartoon import reader as reading

SHORT = 75
SEEDS = tuple(range(101, 113))


def short(character: int, recipe: str) -> Case:
    (found,) = (one for one in RECIPES if one.name == recipe)
    return Case(character, replace(found, steps=SHORT), "neutral gray background", "forest")


@pytest.mark.slow
@pytest.mark.parametrize(("character", "recipe", "overtrains"), [(0, "careless", True), (5, "hot", False)])
def test_a_short_run_is_judged_as_the_world_says(tmp_path: Path, character: int, recipe: str, overtrains: bool) -> None:
    line = judged(StandaloneEngine.load(None), reading.load_looks(), short(character, recipe), tmp_path, SEEDS)
    assert (line.true_onset is not None) == overtrains
    assert near(line.true_onset, line.onset)
    assert line.got >= 0.8 * line.reachable


def points(*scenes: float) -> tuple[Point, ...]:
    return tuple(Point(15 * step, (scene,) * 4, (0.5,) * 4) for step, scene in enumerate(scenes, 1))


def test_the_truth_cuts_a_run_where_the_scene_goes() -> None:
    run = Truth(points(1, 1, 0.9, 0.1, 0, 0))
    assert (run.onset, run.clear) == (60, True)
    assert [point.step for point in run.usable] == [15, 30, 45]
    assert run.best is not None and run.best.step == 15
    assert run.reachable == pytest.approx(0.5)
    assert run.wants == dict.fromkeys((15, 30, 45, 60, 75, 90), 48)  # around the cut, and what is worth nearly as much


def test_what_a_step_is_worth_of_the_best() -> None:
    run = Truth((*points(1, 0.8, 0.1), Point(60, (1.0,) * 4, (0.4,) * 4)))
    shares = [run.share_of(step) for step in (15, 30, 45, 60, None)]
    assert shares == pytest.approx([1, 0.8, 0, 0.8, 0])


def test_truths_agree_as_often_as_the_best_of_one_is_as_good_by_another() -> None:
    def run(first: float, second: float) -> Truth:
        return Truth((Point(15, (1.0,) * 4, (first,) * 4), Point(30, (1.0,) * 4, (second,) * 4)))

    assert agreement([run(0.8, 0.79), run(0.7, 0.72)]) == 1
    assert agreement([run(0.8, 0.79), run(0.6, 0.72)]) == 0.5  # 30 is as good as 15 by the first, not the other way
    assert agreement([run(0.8, 0.6), run(0.6, 0.8)]) == 0
    assert agreement([Truth(points(0.1, 0)), Truth(points(0.2, 0))]) == 1


def test_the_best_is_measured_with_other_seeds_than_it_is_found_with() -> None:
    lucky = Point(15, (1.0, 0.8, 1.0, 0.8), (0.5,) * 4)
    steady = Point(30, (0.88,) * 4, (0.5,) * 4)
    run = Truth((lucky, steady))
    assert run.best is not None and run.best.worth == pytest.approx(0.45)
    assert run.reachable == pytest.approx((0.4 + 0.44) / 2)


def test_one_that_is_far_from_the_best_is_not_it_by_half_of_its_few_seeds() -> None:
    lucky = Point(15, (1.0,) * 8, (1.0, 0.0) * 4)
    run = Truth((lucky, Point(30, (1.0,) * 48, (0.8,) * 48)))
    assert run.reachable == pytest.approx(0.8)


def test_where_seeds_cut_elsewhere_the_truth_is_not_clear() -> None:
    torn = (1.0, 0.0) * 4
    kept, lost = (1.0,) * 8, (0.0,) * 8
    scenes = (kept, torn, torn, torn, torn, lost)
    run = Truth(tuple(Point(15 * step, scene, (0.0,) * 8) for step, scene in enumerate(scenes, 1)))
    assert not run.clear
    assert {run.wants[step] for step in (30, 45, 60, 75)} == {48}


def noisy(step: int, likeness: float, noise: float) -> Point:
    """48 seeds that differ by as much, every other one above the mean; of two steps not the same ones."""
    signs = [(-1) ** (seed // (1 + step // 30)) for seed in range(48)]
    return Point(step, (1.0,) * 48, tuple(likeness + noise * sign for sign in signs))


@pytest.mark.parametrize(
    ("likeness", "noise", "wanted"),
    [
        (0.82, 0.3, 128),  # it may well be the better one
        (0.82, 0.02, 48),  # it is known to be as good
        (0.70, 0.1, 48),  # it is known to be worse
    ],
)
def test_a_rival_is_looked_at_until_it_is_known_how_good_it_is(likeness: float, noise: float, wanted: int) -> None:
    run = Truth((noisy(15, likeness, noise), noisy(30, 0.8, noise)))
    assert set(run.wants.values()) == {wanted}


def test_what_is_wanted_is_what_was_not_looked_at_yet() -> None:
    run = Truth((noisy(15, 0.82, 0.3), noisy(30, 0.8, 0.3)))
    assert wanting(run, {15: 48}) == {15: 128, 30: 128}
    assert wanting(run, {15: 128, 30: 128}) == {}


def test_the_thumb_needs_two_in_a_row() -> None:
    assert rule_of_thumb(points(1, 0, 1, 1, 0, 0)) == Thumb(75, 15)
    assert rule_of_thumb(points(1, 0, 1, 0, 1)).onset is None


def test_near_is_one_saved_iteration() -> None:
    assert near(60, 75) and near(60, 45) and near(None, None)
    assert not near(60, 90) and not near(60, None) and not near(None, 60)


def test_all_runs_differ_and_there_are_enough() -> None:
    every = list(cases())
    assert len({case.name for case in every}) == len(every) >= 60


def test_the_unseen_runs_are_of_other_recipes_and_walls() -> None:
    seen, unseen = list(cases()), list(unseen_cases())
    assert len(unseen) >= 24
    assert not {case.recipe for case in seen} & {case.recipe for case in unseen}
    assert not {(case.character, case.wall) for case in seen} & {(case.character, case.wall) for case in unseen}


def test_the_shares_of_all_processes_are_all_runs_and_no_character_is_in_two() -> None:
    shares = [[case for _, case in Share(Path(), place, 3).cases()] for place in range(3)]
    assert sorted(case.name for share in shares for case in share) == sorted(case.name for case in cases())
    assert sum(len({case.character for case in share}) for share in shares) == 8


def line(true: int | None, said: int | None, got: float) -> Line:
    return Line(
        "0-x",
        "gray wall",
        "forest",
        true,
        said,
        said,
        said,
        True,
        30,
        0.8,
        0.8,
        30,
        0.97,
        got,
        0.1,
        40,
        "",
        1.0,
        (1.0, 0.0),
        (0.5, 0.8),
        0.75,
    )


def test_the_table_counts() -> None:
    told = "\n".join(summary([line(60, 75, 0.78), line(None, None, 0.5), line(None, 60, 0.8)]))
    assert "3 runs: 1 overtrain, 2 never do; 3 learn" in told
    assert re.search(r"recommended .+\n +as the very pictures show that it looked at +3/3 100%", told)
    assert "1/1 100%" in told and "1/2 50%" in told and "2/3 67%" in told
    assert re.search(r"readers finds best +75%", told)
    assert re.search(r"in the mean +87% +12%", told)  # .78, .5 and .8 of .8, and .1 of it
