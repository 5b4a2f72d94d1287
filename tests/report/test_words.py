"""Differences and durations."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from consistent_character.captioning import DiffPart
from consistent_character.prompts import infotext
from consistent_character.report.words import counted, duration, word_difference
from tests.report.stories import AFTER, BEFORE


@given(st.text(), st.text())
def test_a_difference_loses_nothing(before: str, after: str) -> None:
    assume(infotext.prompt_of(before) == before.strip())  # generation parameters that go are told in a few words
    parts = word_difference(before, after)
    assert "".join(part.text for part in parts if part.kind != "added") == before
    assert "".join(part.text for part in parts if part.kind != "removed") == after


@given(st.text(min_size=1))
@example("Negative prompt:")
@example("a cat\nNegative prompt: a dog\nSteps: 20, Sampler: Euler a, Seed: 1")
def test_nothing_differs_from_itself(text: str) -> None:
    assert {part.kind for part in word_difference(text, text)} == {"same"}


def test_whole_words_come_and_go() -> None:
    assert word_difference("a red house", "a blue house") == (
        DiffPart("same", "a "),
        DiffPart("removed", "red"),
        DiffPart("added", "blue"),
        DiffPart("same", " house"),
    )


def test_the_look_becomes_the_token_in_one_stroke() -> None:
    parts = word_difference(BEFORE, AFTER)
    assert DiffPart("removed", "a woman with dark skin, square face") in parts
    assert DiffPart("added", "c4rt00n1") in parts


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (42.4, "42 s"), (60, "1 min"), (185, "3 min 5 s"), (4321, "1 h 12 min")],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_counts_agree_with_their_noun() -> None:
    assert [counted(number, "image") for number in (0, 1, 1234)] == ["0 images", "1 image", "1,234 images"]
