"""Emphasis means what A1111 means by it, and stripping it is exact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consistent_character.prompts import emphasis
from consistent_character.prompts.emphasis import Run
from tests.prompts.strategies import EMPHASIZED, MANY


@pytest.mark.parametrize(
    ("prompt", "runs"),
    [
        ("", [("", 1.0)]),
        ("a plain prompt", [("a plain prompt", 1.0)]),
        ("an (important) word", [("an ", 1.0), ("important", 1.1), (" word", 1.0)]),
        ("(naked:1.3), toned", [("naked", 1.3), (", toned", 1.0)]),
        ("( x : 1.3 )", [(" x ", 1.3)]),
        ("((x))", [("x", 1.1 * 1.1)]),
        ("[x]", [("x", 1 / 1.1)]),
        ("((x:1.3))", [("x", 1.3 * 1.1)]),
        ("(a [b] c:2)", [("a ", 2.0), ("b", 2 / 1.1), (" c", 2.0)]),
        ("(a [b) c]", [("a ", 1.1), ("b", 1 / 1.1 * 1.1), (" c", 1 / 1.1)]),
        ("(unbalanced", [("unbalanced", 1.1)]),
        ("[[open", [("open", 1 / 1.1 / 1.1)]),
        ("closed)", [("closed)", 1.0)]),
        ("x:1.3)", [("x:1.3)", 1.0)]),
        (r"\(literal\] \\", [("(literal] \\", 1.0)]),
        (r"lone \back", [("lone back", 1.0)]),
        ("(x:-0.5)", [("x", -0.5)]),
        ("(x:.5)", [("x", 0.5)]),
        ("(x:1.2.3)", [("x", 1.0)]),
        ("a: b", [("a: b", 1.0)]),
        ("a BREAK b", [("a", 1.0), ("BREAK", -1.0), ("b", 1.0)]),
        ("aBREAK b", [("aBREAK b", 1.0)]),
    ],
)
def test_runs(prompt: str, runs: list[tuple[str, float]]) -> None:
    found = emphasis.parse(prompt)
    assert [run.text for run in found] == [text for text, _ in runs]
    assert [run.weight for run in found] == pytest.approx([weight for _, weight in runs])


def test_a_break_counts_as_one_only_outside_of_brackets() -> None:
    assert [run.is_break for run in emphasis.parse("a BREAK b")] == [False, True, False]
    assert Run("BREAK", -1.1) in emphasis.parse("(a BREAK b)")


@pytest.mark.parametrize(
    ("prompt", "stripped"),
    [
        ("photo, (naked:1.3), ((gray)) [x]", "photo, naked, gray x"),
        (r"a \(film\) still", r"a \(film\) still"),
        ("smile :)", r"smile :\)"),
        ("a BREAK b", "a b"),
        ("(a BREAK b:1.2)", "a b"),
        ("BR(EA)K", r"B\REAK"),
    ],
)
def test_strip(prompt: str, stripped: str) -> None:
    assert emphasis.strip(prompt) == stripped


@MANY
@given(EMPHASIZED)
def test_stripping_is_exact(prompt: str) -> None:
    runs = emphasis.parse(prompt)
    if not any(run.text == "BREAK" and run.weight < 0 for run in runs) and "BREAK" not in prompt:
        assert emphasis.parse(emphasis.strip(prompt)) == [Run("".join(run.text for run in runs), 1.0)]


def from_pieces(prompt: str) -> str:
    """The words that a prompt says, read the slow way, as it is read for the weights."""
    return "".join(" " if piece.is_break else piece.text for piece in emphasis._pieces(prompt))


@MANY
@given(EMPHASIZED | st.text())
def test_the_fast_way_to_the_words_is_the_slow_one(prompt: str) -> None:
    assert emphasis.plain(prompt) == from_pieces(prompt)


@MANY
@given(st.text() | EMPHASIZED)
def test_stripping_twice_changes_nothing(prompt: str) -> None:
    stripped = emphasis.strip(prompt)
    assert emphasis.strip(stripped) == stripped
    assert emphasis.parse(stripped) == [Run(emphasis.plain(prompt), 1.0)]


@MANY
@given(st.text() | EMPHASIZED)
def test_escaping_says_exactly_the_words(words: str) -> None:
    assert emphasis.parse(emphasis.escape(words)) == [Run(words, 1.0)]
