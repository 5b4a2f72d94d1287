"""The search from coarse to fine, on curves whose answer is known."""

from __future__ import annotations

from math import log2

from hypothesis import given, settings
from hypothesis import strategies as st

from consistent_character.choosing import searching
from consistent_character.choosing.searching import Plan
from consistent_character.choosing.verdict import Choice, Reading, choose

SCOUTING, CLAIMING, MOST = 4, 8, 16


def plan(count: int, coarse: bool = True) -> Plan:
    return Plan(tuple(range(10, 10 * count + 10, 10)), SCOUTING, CLAIMING, MOST, coarse)


def reading(step: int, count: int, onset: int, best: int) -> Reading:
    """Keeps the scene before `onset`; is the more like the nearer it is to `best`."""
    scene = 1.0 if step < onset else 0.0
    likeness = max(0.05, 1.0 - abs(step - best) / (10 * count))
    return Reading(step, (scene,) * MOST, (likeness,) * MOST)


def searched(count: int, onset: int, best: int) -> tuple[Choice, dict[int, int]]:
    """What the search comes to, and how many seeds of each step it has looked at."""
    what, seen = plan(count), dict[int, int]()
    wanted, choice = searching.first(what), Choice((), None, None, "")
    while wanted:
        assert all(seen.get(step, 0) < number <= MOST for step, number in wanted.items())
        seen.update(wanted)
        readings = [reading(step, count, onset, best) for step in sorted(seen)]
        cut = [Reading(one.step, one.scene[: seen[one.step]], one.likeness[: seen[one.step]]) for one in readings]
        choice = choose(cut)
        wanted = searching.further(what, choice, seen)
    return choice, seen


@settings(deadline=None)
@given(st.integers(2, 300), st.data())
def test_onset_and_best_are_found_in_about_2_log_n_looks(count: int, data: st.DataObject) -> None:
    onset = 10 * data.draw(st.integers(2, count + 1), label="onset")
    best = 10 * data.draw(st.integers(1, count), label="best")
    choice, seen = searched(count, onset, best)
    assert choice.onset == (onset if onset <= 10 * count else None)
    assert choice.recommended is not None
    wanted, got = (
        reading(step, count, onset, best).likeness[0] for step in (min(best, onset - 10), choice.recommended)
    )
    assert got >= 0.7 * wanted - 0.02
    assert len(seen) <= 4 * log2(count) + 6


def test_all_is_looked_at_where_all_is_asked_for() -> None:
    assert searching.first(plan(30, coarse=False)) == dict.fromkeys(plan(30).steps, CLAIMING)


def test_the_first_look_has_both_ends() -> None:
    wanted = searching.first(plan(100))
    assert {10, 1000} <= set(wanted)
    assert len(wanted) == 9
    assert set(wanted.values()) == {SCOUTING}


def test_what_is_claimed_has_all_seeds() -> None:
    choice, seen = searched(40, onset=210, best=150)
    assert choice.recommended is not None
    assert {seen[step] for step in (choice.recommended, 200, 210, 220)} == {CLAIMING}
    assert seen[400] == SCOUTING


def test_a_run_that_keeps_its_scene_is_looked_at_closely_at_its_end() -> None:
    choice, seen = searched(40, onset=1000, best=150)
    assert choice.onset is None
    assert seen[400] == CLAIMING


def test_one_iteration_is_enough_to_search() -> None:
    choice, seen = searched(1, onset=100, best=10)
    assert (choice.recommended, seen) == (10, {10: CLAIMING})


def test_seeds_that_do_not_agree_ask_for_twice_as_many_up_to_a_bound() -> None:
    torn = Reading(20, (1.0, 0.0) * 4, (1.0,) * 8)
    good = Reading(10, (1.0,) * 8, (0.5,) * 8)
    choice = choose([good, torn])
    what = Plan((10, 20), SCOUTING, CLAIMING, MOST)
    assert searching.further(what, choice, {10: 8, 20: 8}) == {20: 16}, "what is clear is not looked at again at first"
    assert searching.further(what, choice, {10: 8, 20: 16}) == {10: 16}
    assert searching.further(what, choice, {10: 16, 20: 16}) == {}


def test_a_run_that_falls_and_comes_back_is_looked_at_whole_with_few_seeds() -> None:
    steps = tuple(range(10, 170, 10))
    scenes = {10: 0.9, 40: 0.0, 70: 0.9, 100: 0.9, 130: 0.0, 160: 0.0}
    choice = choose([Reading(step, (scene,) * SCOUTING, (0.5,) * SCOUTING) for step, scene in scenes.items()])
    wanted = searching.further(Plan(steps, SCOUTING, CLAIMING, MOST), choice, dict.fromkeys(scenes, SCOUTING))
    assert wanted == dict.fromkeys(set(steps) - set(scenes), SCOUTING)


def test_only_where_the_run_may_be_cut_more_seeds_are_taken() -> None:
    torn, kept, lost = (1.0, 0.0) * 4, (1.0,) * 8, (0.0,) * 8
    scenes = [kept, kept, kept, torn, torn, torn, torn, lost, lost]
    steps = tuple(range(10, 100, 10))
    choice = choose([Reading(step, scene, (0.5,) * 8) for step, scene in zip(steps, scenes, strict=True)])
    wanted = searching.further(Plan(steps, SCOUTING, CLAIMING, MOST), choice, dict.fromkeys(steps, 8))
    assert {40, 50, 60, 70} <= set(wanted)
    assert not {10, 20, 90} & set(wanted)


def test_the_best_and_its_rivals_race_and_no_other_with_twice_the_seeds() -> None:
    steps = (10, 20, 30)

    def wanted(count: int) -> dict[int, int]:
        lucky, unlucky = (0.9, 0.3) * (count // 2), (0.3, 0.9) * (count // 2)
        rows = (0.2,) * count, lucky, unlucky
        choice = choose([Reading(step, (1.0,) * count, row) for step, row in zip(steps, rows, strict=True)])
        return searching.further(Plan(steps, SCOUTING, CLAIMING, 8 * CLAIMING), choice, dict.fromkeys(steps, count))

    assert wanted(8) == {20: 16, 30: 16}
    assert wanted(16) == {}


def test_what_is_as_good_for_sure_needs_no_race() -> None:
    rows = [Reading(step, (1.0,) * 8, (0.8, 0.78) * 4) for step in (10, 20)]
    assert searching.further(Plan((10, 20), SCOUTING, CLAIMING, 64), choose(rows), {10: 8, 20: 8}) == {}
