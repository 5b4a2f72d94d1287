"""Where a run is cut in two, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from consistent_character.choosing.onset import SCENE_KEPT, Onset, cuts, onset_of, overtrained_from

STEPS = (10, 20, 30, 40, 50, 60)


def onset(*resamples: Sequence[float], mean: Sequence[float] = ()) -> Onset:
    every = np.array(resamples, dtype=np.float64)
    return onset_of(STEPS, mean or tuple(every.mean(axis=0)), every)


def test_resamples_that_agree_are_sure() -> None:
    assert onset((1, 1, 1, 0, 0, 0), (1, 1, 0.9, 0.2, 0, 0)) == Onset(3, 6, 1.0, 3, 3)
    assert onset((1,) * 6, (0.8,) * 6) == Onset(6, 6, 1.0, 6, 6)


def test_one_iteration_sooner_or_later_is_the_same() -> None:
    found = onset((1, 1, 1, 0, 0, 0), (1, 1, 0, 0, 0, 0), (1, 1, 1, 1, 0, 0), mean=(1, 1, 1, 0, 0, 0))
    assert (found.confidence, found.earliest, found.latest) == (1.0, 2, 4)


def test_never_is_no_neighbour_of_the_last_one() -> None:
    found = onset((1, 1, 1, 1, 1, 0), (1,) * 6, mean=(1, 1, 1, 1, 1, 0.4))
    assert (found.place, found.confidence, found.latest) == (5, 0.5, 6)
    assert found.found


def test_resamples_far_apart_say_between_where() -> None:
    found = onset((1, 0, 0, 0, 0, 0), *[(1, 1, 1, 1, 0, 0)] * 3, mean=(1, 0.8, 0.8, 0.8, 0, 0))
    assert (found.place, found.confidence, found.earliest, found.latest) == (4, 0.75, 1, 4)


def test_what_comes_back_in_the_end_is_not_lost_for_good() -> None:
    assert overtrained_from(STEPS, (1, 0, 0, 0, 0.8, 0.9)) is None
    assert overtrained_from(STEPS, (1, 0, 0, 0, 0.1, 0.6)) == 1, "one that is lucky is not enough"
    assert overtrained_from(STEPS, (1, 1, 1, 1, 1, 0.2)) == 5, "what is lost at the very end may be the beginning"


def test_nothing_to_cut() -> None:
    assert overtrained_from([], []) is None
    assert overtrained_from([10], [0.2]) == 0
    assert overtrained_from([10], [0.8]) is None


scenes = st.lists(st.floats(-0.2, 1.2), min_size=1, max_size=10)


@given(scenes)
def test_a_cut_leaves_more_lost_than_kept_behind_it(row: list[float]) -> None:
    place = overtrained_from(range(10, 10 * len(row) + 10, 10), row)
    if place is None:
        return
    after = np.clip(row[place:], 0, 1)
    assert row[place] < SCENE_KEPT
    assert after.mean() < SCENE_KEPT
    assert place == 0 or float(np.clip(row[place - 1], 0, 1)) >= SCENE_KEPT


@given(st.lists(st.lists(st.floats(0, 1), min_size=6, max_size=6), min_size=1, max_size=5))
def test_many_are_cut_as_each_alone(rows: list[list[float]]) -> None:
    together = cuts(STEPS, np.array(rows))
    alone = [overtrained_from(STEPS, row) for row in rows]
    assert together.tolist() == [len(STEPS) if place is None else place for place in alone]
