"""Signals that only some hosts can give: losses, and adherence to the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consistent_character.choosing import ForestRequest, ForestTest, Subject, forest_test
from consistent_character.choosing.files_read import affordable
from consistent_character.choosing.signals.adherence import adherence_signals
from consistent_character.choosing.signals.signal import Signal
from consistent_character.engine import LossRequest, Vectors
from consistent_character.errors import RequestError
from consistent_character.progress import Silent
from tests.choosing.pictures import Look
from tests.choosing.test_forest_test import COARSE, REQUEST, made, painting
from tests.fakes import FakeEngine, FakeTrainer

LONG = replace(REQUEST, steps=120)
"""So much sampling that some readings of the loss are no matter."""
LEARNS = tuple(Look(1, share) for share in (0.1, 0.6, 1.0))


class Reader:
    """Says of each picture what was said beforehand, by the folder that it lies in."""

    name = "CLIP fake"

    def __init__(self, error: str = "", **cosines: float) -> None:
        self.asked: list[tuple[str, int]] = []
        self._error, self._cosines = error, cosines

    def similarities(self, text: str, pictures: Sequence[Path]) -> Vectors:
        if self._error:
            raise RequestError(self._error)
        self.asked.append((text, len(pictures)))
        return np.array([self._cosines[f"of_{path.parent.name}"] for path in pictures], dtype=np.float32)


class Refusing(FakeTrainer):
    """A host that cannot train with these captions."""

    def losses(self, request: LossRequest) -> object:  # type: ignore[override]
        raise RequestError("The training prompt does not come to the embedding.")


def judged(path: Path, engine: FakeEngine, request: ForestRequest = REQUEST) -> ForestTest:
    folder, run = made(path, len(LEARNS))
    with folder:
        return forest_test(Subject.of_run(folder, run), request, engine, Silent())


def signals(test: ForestTest, name: str) -> dict[int, Signal]:
    return {one.step: signal for one in test.iterations for signal in one.signals if signal.name == name}


def test_losses_are_told_of_what_was_drawn_where_the_host_trains(tmp_path: Path) -> None:
    able = judged(tmp_path / "able", FakeEngine(trainer=FakeTrainer(), painter=painting(*LEARNS)), LONG)
    found = signals(able, "loss")
    assert [*found] == [40, 80, 120]
    assert found[120].value < found[40].value < 1
    unable = judged(tmp_path / "unable", FakeEngine(painter=painting(*LEARNS)), LONG)
    assert not signals(unable, "loss")
    assert [one.verdict for one in unable.iterations] == [one.verdict for one in able.iterations]


def test_losses_that_cannot_be_read_are_no_end(tmp_path: Path) -> None:
    test = judged(tmp_path, FakeEngine(trainer=Refusing(), painter=painting(*LEARNS)), LONG)
    assert test.recommended is not None
    assert not signals(test, "loss")


@given(st.integers(1, 300), st.integers(1, 60), st.integers(1, 50), st.sampled_from([96, 512, 768]))
def test_readings_of_the_loss_cost_next_to_nothing(pictures: int, steps: int, iterations: int, edge: int) -> None:
    request = replace(COARSE, steps=steps, width=512, height=512)
    count, probes = affordable(pictures, request, iterations, edge)
    assert (count, probes) == (0, 0) or (count <= iterations and 3 <= probes <= 16)
    read, sampled = probes * (count + 1) * edge**2, pictures * 2 * steps * 512**2
    assert read <= 0.01 * sampled + 0.03 * pictures * 512**2


def test_a_usual_test_affords_some() -> None:
    large = replace(COARSE, width=512, height=512)
    assert affordable(8 + 8 * 6, large, 8, 512) == (3, 3)
    assert affordable(8 + 20 * 8, large, 20, 512) == (9, 3)
    assert affordable(8 + 20 * 8, replace(large, steps=60), 20, 512) == (20, 4)
    assert affordable(4 + 2 * 4, large, 2, 512) == (0, 0)


def test_adherence_lies_between_the_training_set_and_the_class_word(tmp_path: Path) -> None:
    reader = Reader(of_images=0.2, of_baseline=0.3, of_40=0.31, of_80=0.25, of_120=0.18)
    test = judged(tmp_path, FakeEngine(painter=painting(*LEARNS), adherence=reader))
    found = signals(test, "adherence")
    assert [found[step].value for step in (40, 80, 120)] == pytest.approx([1, 0.5, 0], abs=1e-5)
    assert "50% of what" in found[80].reason and "CLIP fake" in found[80].reason
    assert reader.asked == [("an extreme closeup front shot photo of woman in a forest", 5 + 3 + 3 * 3)]
    assert not any(one.bad for one in found.values())


def test_adherence_that_cannot_be_read_is_no_end(tmp_path: Path) -> None:
    broken = Reader("The file is no CLIP model.")
    test = judged(tmp_path, FakeEngine(painter=painting(*LEARNS), adherence=broken))
    assert test.recommended is not None
    assert not signals(test, "adherence")


def cosines(*values: float) -> Vectors:
    return np.array(values, dtype=np.float32)


@pytest.mark.parametrize("baseline", [(0.2, 0.21, 0.19), (0.1, 0.12, 0.11)])
def test_a_class_word_that_shows_no_more_than_the_training_set_tells_nothing(baseline: tuple[float, ...]) -> None:
    training_set = cosines(0.2, 0.21, 0.19, 0.2)
    assert adherence_signals({10: cosines(0.2)}, training_set, cosines(*baseline), "CLIP") == {}


def test_the_band_of_adherence_is_of_the_seeds() -> None:
    (agreed, torn) = adherence_signals(
        {1: cosines(0.25, 0.25, 0.25, 0.25), 2: cosines(0.2, 0.3, 0.2, 0.3)},
        cosines(0.2, 0.2, 0.2),
        cosines(0.3, 0.3, 0.3),
        "CLIP",
    ).values()
    assert [agreed.value, torn.value] == pytest.approx([0.5, 0.5], abs=1e-5)
    assert (agreed.low, agreed.high) == (pytest.approx(0.5, abs=1e-5), pytest.approx(0.5, abs=1e-5))
    assert torn.low is not None and torn.high is not None
    assert torn.low < 0.3 and torn.high > 0.7


def test_drift_starts_where_the_run_began(tmp_path: Path) -> None:
    folder, run = made(tmp_path, 1)
    (run / "request.json").write_text('{"name": "t0ken", "initialization_text": "forest"}', encoding="utf-8")
    with folder:
        subject = Subject.of_run(folder, run)
        test = forest_test(subject, REQUEST, FakeEngine(painter=painting(*LEARNS)), Silent())
        other = replace(subject, initialization_text="")
        by_class_word = forest_test(other, REQUEST, FakeEngine(painter=painting(*LEARNS)), Silent())
    assert subject.initialization_text == "forest"
    assert signals(test, "drift")[40].value > signals(by_class_word, "drift")[40].value + 0.2
