"""Verdict, onset and recommendation of runs whose figures are known."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consistent_character.choosing.onset import SCENE_KEPT
from consistent_character.choosing.verdict import Choice, Reading, choose

WOBBLE = (0.04, -0.02, -0.02)


def readings(scene: Sequence[float], likeness: Sequence[float], wobble: Sequence[float] = WOBBLE) -> list[Reading]:
    return [
        Reading(10 * number, tuple(s + w for w in wobble), tuple(k - w for w in wobble))
        for number, (s, k) in enumerate(zip(scene, likeness, strict=True), 1)
    ]


def verdicts(choice: Choice) -> str:
    return "".join(one.verdict[0] for one in choice.iterations)


def test_keeps_the_forest_and_learns() -> None:
    choice = choose(readings((1, 1, 0.95, 0.97, 1), (0.1, 0.4, 0.8, 0.92, 0.88)))
    assert (verdicts(choice), choice.onset, choice.recommended) == ("uuggg", None, 40)
    assert "likeness 0.92" in choice.why and "scene 0.97" in choice.why


def test_fades_to_the_wall() -> None:
    choice = choose(readings((1, 0.9, 0.8, 0.3, 0.1, 0), (0.1, 0.6, 0.8, 0.95, 1, 1)))
    assert (verdicts(choice), choice.onset, choice.recommended) == ("uggooo", 40, 30)
    assert "From step 40 on" in choice.why
    assert "backdrop" in choice.iterations[3].reason


def test_never_learns() -> None:
    choice = choose(readings((1, 1, 1), (0, 0.05, 0.1)))
    assert (verdicts(choice), choice.onset, choice.recommended) == ("uuu", None, 30)
    assert "still undertrained: train on" in choice.why


def test_who_loses_the_scene_before_learning_is_not_told_to_train_on() -> None:
    choice = choose(readings((1, 1, 0.1, 0), (0.1, 0.3, 0.6, 0.8)))
    assert (choice.onset, choice.recommended) == (30, 20)
    assert "before it has learned the character" in choice.why and "train on" not in choice.why


def test_loses_the_scene_from_the_first_step() -> None:
    choice = choose(readings((0.2, 0.1, 0), (0.4, 0.8, 1)))
    assert (choice.onset, choice.recommended) == (10, None)
    assert "keeps the scene: at most" in choice.why


@pytest.mark.parametrize(
    ("scene", "onset", "judged"),
    [
        ((1, 0.1, 1, 1, 1), None, "uuggg"),  # one bad one
        ((1, 0.1, 0.1, 1, 1, 0.9), None, "uuuggg"),  # an early fall that training on makes good
        ((1, 0.2, 0.2, 0.8, 0.8, 0.9, 0.1, 0), 70, "uuugggoo"),  # the same, and then the real thing
        ((1, 1, 0.9, 0.2, 0.9, 0.1, 0.1), 60, "uggugoo"),  # two in a row, not two in all
        ((1, 1, 0.9, 0.1, 0.1, 0.9, 0.1), 40, "uggoogo"),  # a single good one later is luck
        ((1, 1, 1, 1, 0.1), 50, "ugggo"),  # the last one: nothing says that it would come back
    ],
)
def test_onset_is_the_first_of_several_in_a_row(scene: tuple[float, ...], onset: int | None, judged: str) -> None:
    likeness = [0.1, *[0.8] * (len(scene) - 1)]
    choice = choose(readings(scene, likeness))
    assert choice.onset == onset
    assert verdicts(choice) == judged
    assert choice.recommended is not None and choice.recommended < (onset or 1000)


def test_one_that_finds_the_scene_again_may_be_the_best() -> None:
    choice = choose(readings((1, 0.1, 0.1, 0.9, 0.1, 0.1), (0.1, 0.5, 0.6, 0.9, 0.9, 1)))
    assert (choice.onset, choice.recommended) == (20, 40)
    assert "find the scene again" in choice.why


def test_where_other_seeds_would_cut_elsewhere_no_onset_is_named() -> None:
    seeds = 8
    kept, lost, torn = (1.0,) * seeds, (0.0,) * seeds, (1.0, 0.0) * (seeds // 2)
    scenes = [kept, torn, torn, torn, torn, kept, kept, torn, torn, torn, torn]
    choice = choose([Reading(10 * place, scene, (0.8,) * seeds) for place, scene in enumerate(scenes, 1)])
    assert choice.onset is None and choice.onset_confidence < 0.7
    assert choice.cannot_tell.startswith("Cannot tell whether it is overtrained, because the seeds do not agree")
    assert choice.recommended == 10
    later = choose([Reading(10 * place, scene, (0.8,) * seeds) for place, scene in enumerate([*scenes[:5], lost], 1)])
    assert later.onset is not None or later.cannot_tell.startswith("Cannot tell from when on")


def test_which_of_two_neighbours_it_is_does_not_matter() -> None:
    torn = (1.0, 0.0) * 4
    choice = choose(
        [Reading(10, (1.0,) * 8, (0.5,) * 8), Reading(20, torn, (0.5,) * 8), Reading(30, (0.0,) * 8, (1.0,) * 8)]
    )
    assert (choice.onset, choice.onset_confidence) == (30, 1.0)


def test_ties_go_to_the_earlier() -> None:
    choice = choose(readings((1, 1, 1, 1), (0.5, 0.9, 0.904, 0.902)))
    assert choice.recommended == 20
    assert choice.confidence == 1


def test_the_most_like_one_is_not_taken_without_the_scene() -> None:
    choice = choose(readings((1, 1, 0.2), (0.6, 0.7, 1)))
    assert choice.recommended == 20


def test_seeds_that_disagree_are_unsure() -> None:
    choice = choose([Reading(10, (1, 1, 0.1, 0.1), (0.9,) * 4), Reading(20, (1,) * 4, (0.8,) * 4)])
    assert [one.verdict for one in choice.iterations] == ["unsure", "good"]
    assert choice.recommended == 20
    assert "do not agree" in choice.iterations[0].reason


def test_one_gray_picture_of_four_is_not_overtrained() -> None:
    (one,) = choose([Reading(10, (1, 1, 1, 0), (0.9,) * 4)]).iterations
    assert one.verdict == "good"


def test_three_gray_pictures_of_four_are() -> None:
    (one,) = choose([Reading(10, (1, 0, 0, 0), (0.9,) * 4)]).iterations
    assert one.verdict == "overtrained"


def test_without_likeness_the_onset_is_still_named() -> None:
    choice = choose(readings((1, 1, 0, 0), (0, 0.9, 0.9, 1)), no_likeness="because")
    assert (choice.onset, choice.recommended, choice.why) == (30, None, "because")
    assert [one.verdict for one in choice.iterations] == ["unsure", "unsure", "overtrained", "overtrained"]


def test_what_cannot_be_told_is_not_told() -> None:
    choice = choose(readings((1, 0), (0, 1)), "because")
    assert (choice.onset, choice.recommended, choice.why) == (None, None, "because")
    assert {one.verdict for one in choice.iterations} == {"unsure"}


shares = st.floats(-0.2, 1.2)


@given(
    st.lists(st.tuples(st.tuples(shares, shares, shares), st.tuples(shares, shares, shares)), min_size=1, max_size=12)
)
def test_any_run_gets_a_consistent_answer(rows: list[tuple[tuple[float, ...], tuple[float, ...]]]) -> None:
    choice = choose([Reading(number, *row) for number, row in enumerate(rows, 1)])
    by_step = {one.step: one for one in choice.iterations}
    assert choice == choose([Reading(number, *row) for number, row in enumerate(rows, 1)])
    assert all(0 <= value <= 1 for one in choice.iterations for value in (one.scene, one.likeness, one.confidence))
    if choice.onset is not None:
        assert by_step[choice.onset].verdict == "overtrained"
        assert all(one.verdict != "overtrained" for one in choice.iterations if one.step < choice.onset)
    if choice.recommended is not None:
        assert by_step[choice.recommended].scene >= SCENE_KEPT
        surely = by_step[choice.recommended].verdict in ("good", "undertrained")
        assert not choice.onset or choice.recommended < choice.onset or surely
        assert f"Step {choice.recommended} " in choice.why


def test_of_two_that_are_more_like_than_the_training_set_itself_the_more_like_is_used() -> None:
    choice = choose([Reading(10, (1.0,) * 8, (1.02,) * 8), Reading(20, (1.0,) * 8, (1.15,) * 8)])
    assert [one.likeness for one in choice.iterations] == [1.0, 1.0]
    assert choice.recommended == 20
    assert choice.confidence == 1


def test_a_runner_up_that_is_less_like_beyond_the_training_set_is_told_so() -> None:
    choice = choose([Reading(10, (1.0,) * 8, (1.0, 1.2) * 4), Reading(20, (1.0,) * 8, (1.3, 1.0) * 4)])
    assert choice.recommended == 20
    assert "less likeness" in choice.runners_up[0].why
