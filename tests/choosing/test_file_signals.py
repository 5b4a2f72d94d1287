"""What an embedding's file tells by itself: values known beforehand, and what must hold for any vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from consistent_character.choosing.files_read import begun, file_signals, losses_read
from consistent_character.choosing.signals.collapse import collapse_signal, effective_number
from consistent_character.choosing.signals.drift import drift_signal, motion_signal
from consistent_character.choosing.signals.finite import finite_signal
from consistent_character.choosing.signals.loss import loss_signals, settled_since
from consistent_character.choosing.signals.norms import norms_signal
from consistent_character.choosing.signals.signal import Signal
from consistent_character.engine import EmbeddingContent, Iteration, TrainingExample, Vectors
from tests.fakes import FakeEngine, FakeTrainer, FakeVocabulary

WORDS = np.linspace(0.5, 1.5, 101, dtype=np.float32)
"""Lengths of a vocabulary: the median is 1."""

sound = arrays(np.float32, st.tuples(st.integers(1, 6), st.just(8)), elements=st.floats(-50, 50, width=32))
anything = arrays(np.float32, st.tuples(st.integers(1, 4), st.just(4)), elements=st.floats(width=32))


def rows(*vectors: list[float]) -> Vectors:
    return np.array(vectors, dtype=np.float32)


def test_norms_count_from_the_usual_word_to_twenty_times() -> None:
    cases = [(0.5, 0.0, False), (1.0, 0.0, False), (20**0.5, 0.5, False), (20.0, 1.0, True), (100.0, 1.0, True)]
    for length, value, bad in cases:
        found = norms_signal(rows([length, 0], [0, 0.1]), WORDS)
        assert (found.value, found.bad, found.good) == (pytest.approx(value, abs=1e-6), bad, "low")
    assert "none of the model's own words is as long" in norms_signal(rows([3, 0]), WORDS).reason
    assert "the longest 1.2 times; 30.7% of" in norms_signal(rows([1.2, 0]), WORDS).reason


def test_drift_is_the_angle_to_the_beginning() -> None:
    beginning = rows([1, 0], [0, 2])
    cases = [(beginning, 0.0), (3 * beginning, 0.0), (rows([0, 1], [2, 0]), 1.0), (-beginning, 1.0)]
    for vectors, value in cases:
        assert drift_signal(vectors, beginning).value == pytest.approx(value, abs=1e-6)
    half = drift_signal(rows([1, 3**0.5], [0, 1]), rows([1, 0], [0, 1]))
    assert half.value == pytest.approx(0.25)  # cosines 1/2 and 1
    assert "0.87 of a word's length away" in half.reason
    assert "a cosine of 0.75" in half.reason


def test_motion_is_a_share_and_standing_still_is_bad() -> None:
    before = rows([2, 0], [0, 4])
    found = motion_signal(rows([2, 1], [0, 4]), before, 10)
    assert (found.value, found.bad) == (0.25, False)
    assert "In 10 updates the vectors have moved by 25%" in found.reason
    still = motion_signal(before.copy(), before, 10)
    assert (still.value, still.bad) == (0.0, True)
    assert "not trained any more" in still.reason


def test_collapse_counts_directions() -> None:
    assert collapse_signal(np.eye(4, dtype=np.float32)).value == pytest.approx(0.0)
    assert collapse_signal(np.ones((4, 4), dtype=np.float32)).value == pytest.approx(1.0)
    pairs = rows([1, 0], [5, 0], [0, 1], [0, 9])
    assert effective_number(pairs) == pytest.approx(2.0)
    assert collapse_signal(pairs).value == pytest.approx(2 / 3)
    alone = collapse_signal(rows([1, 2]))
    assert (alone.value, alone.bad) == (0.0, False)


@pytest.mark.parametrize(("number", "share"), [(np.nan, 0.75), (np.inf, 0.75), (-np.inf, 0.75)])
def test_what_is_no_number_is_bad(number: float, share: float) -> None:
    found = finite_signal(rows([1, number], [3, 4]))
    assert (found.value, found.bad) == (share, True)
    assert "1 of 4 numbers" in found.reason


def test_zeros_say_nothing() -> None:
    assert finite_signal(rows([0, 0])).bad
    assert not finite_signal(rows([0, 1])).bad


def test_losses_are_shares_of_the_beginning() -> None:
    beginning = np.array([0.1, 0.2, 0.3, 0.4], dtype=np.float32)
    steps = {30: beginning * 0.8, 10: beginning, 20: beginning * 0.9, 40: beginning * 1.5}
    found = loss_signals({step: np.asarray(row, dtype=np.float32) for step, row in steps.items()}, beginning)
    assert [found[step].value for step in (10, 20, 30)] == pytest.approx([1.0, 0.9, 0.8], abs=1e-5)
    assert "10.0% below" in found[20].reason
    assert "nothing is learned" in found[10].reason
    assert [found[step].bad for step in (10, 20, 30, 40)] == [False, False, False, True]
    assert all((one.low or 0) <= one.value <= (one.high or 0) + 1e-6 for one in found.values())


def test_it_has_settled_where_the_last_readings_are_quiet_for_good() -> None:
    assert settled_since([1.0, 0.8, 0.6, 0.5, 0.5, 0.5, 0.5]) == 4  # 0.6, 0.5, 0.5 varies little enough
    assert settled_since([1.0, 0.9, 0.8, 0.7, 0.6]) is None
    assert settled_since([0.5, 0.5, 0.5, 1.0]) is None
    assert settled_since([]) is None


@given(sound, st.floats(0.1, 10))
def test_every_figure_lies_between_0_and_1_and_knows_no_scale(vectors: Vectors, scale: float) -> None:
    beginning = np.ones_like(vectors)
    found = [
        norms_signal(vectors, WORDS),
        drift_signal(vectors, beginning),
        motion_signal(vectors, beginning, 5),
        collapse_signal(vectors),
        finite_signal(vectors),
    ]
    assert all(0 <= one.value <= 1 and one.reason and one.source for one in found)
    scaled = np.asarray(vectors * np.float32(scale), dtype=np.float32)
    larger = norms_signal(scaled, np.asarray(WORDS * np.float32(scale), dtype=np.float32))
    assert larger.value == pytest.approx(found[0].value, abs=1e-4)


@given(anything)
def test_any_numbers_get_a_share(vectors: Vectors) -> None:
    found = finite_signal(vectors)
    assert found.bad == (not np.isfinite(vectors).all() or not vectors.any())
    assert 0 <= found.value <= 1


@given(st.integers(1, 6), st.integers(1, 9))
def test_vectors_begin_as_the_words_in_their_order(words: int, count: int) -> None:
    table = np.arange(words, dtype=np.float32)[:, None]
    places = begun(table, count)[:, 0].tolist()
    assert len(places) == count
    assert places == sorted(places)
    assert len(set(places)) == min(words, count)


def saved(folder: Path, *steps: int) -> list[Iteration]:
    for step in steps:
        (folder / f"me-{step}.pt").write_text(str(step))
    return [Iteration(step, folder / f"me-{step}.pt") for step in steps]


def names(signals: tuple[Signal, ...]) -> list[str]:
    return [one.name for one in signals]


def test_one_damaged_file_is_a_finding_and_no_end(tmp_path: Path) -> None:
    iterations = saved(tmp_path, 30, 10, 20, 40)
    iterations[2].path.write_bytes(b"\x80broken")
    spoilt = EmbeddingContent(np.full((2, 8), np.nan, dtype=np.float32), "me", 40)
    FakeVocabulary().write(iterations[3].path, spoilt)
    found = file_signals(iterations, FakeVocabulary(), "woman")
    assert [*found] == [10, 20, 30, 40]
    assert names(found[10]) == ["finite", "norms", "drift", "collapse"]
    assert names(found[30]) == ["finite", "norms", "drift", "motion", "collapse"]
    assert "In 20 updates" in next(one.reason for one in found[30] if one.name == "motion")
    for step, why in ((20, "damaged or cut off"), (40, "NaN")):
        (finite,) = found[step]
        assert (finite.name, finite.bad) == ("finite", True)
        assert why in finite.reason


def test_a_run_that_went_on_without_training_shows(tmp_path: Path) -> None:
    iterations = saved(tmp_path, 10, 20)
    FakeVocabulary().write(iterations[1].path, FakeVocabulary().read(iterations[0].path))
    found = file_signals(iterations, FakeVocabulary(), "")
    assert names(found[20]) == ["finite", "norms", "motion", "collapse"]
    assert [one.bad for one in found[20]] == [False, False, True, False]


def test_losses_need_a_trainer_and_pictures(tmp_path: Path) -> None:
    iterations = saved(tmp_path, 10, 20, 30)
    iterations[1].path.write_bytes(b"broken")
    examples = (TrainingExample(tmp_path / "a.png", "a photo"),)
    able = FakeEngine(trainer=FakeTrainer())
    found = losses_read(iterations, examples, "me", "woman", able)
    assert [*found] == [10, 30]
    assert found[30].value < found[10].value < 1
    assert losses_read(iterations, examples, "me", "woman", FakeEngine()) == {}
    assert losses_read(iterations, (), "me", "woman", able) == {}
