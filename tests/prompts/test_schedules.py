"""What a prompt says at each step."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consistent_character.prompts import schedules
from tests.prompts.strategies import MANY, PROMPTS


def told(prompt: str, *steps: int | None, old: bool = False) -> list[tuple[int, str]]:
    first, hires = (*steps, None)[:2]
    assert first is not None
    return [(said.until, said.text) for said in schedules.schedule(prompt, first, hires, old)]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("test", [(10, "test")]),
        ("a [b:3]", [(3, "a "), (10, "a b")]),
        ("a [b: 3 ] c", [(3, "a  c"), (10, "a b c")]),
        ("a [[[b]]:2]", [(2, "a "), (10, "a [[b]]")]),
        ("[(a:2):3]", [(3, ""), (10, "(a:2)")]),
        ("a [b : c : 1] d", [(1, "a b  d"), (10, "a  c  d")]),
        ("a[b:[c:d:2]:1]e", [(1, "abe"), (2, "ace"), (10, "ade")]),
        ("[a::0.5]", [(5, "a"), (10, "")]),
        ("a [b:.5] c", [(5, "a  c"), (10, "a b c")]),
        ("[a:b:1.0]", [(10, "a")]),
        ("[a:b:0]", [(10, "b")]),
        ("[a:b:-1]", [(10, "b")]),
        ("[a:b:1e0]", [(1, "a"), (10, "b")]),
        ("[a:b:1e999]", [(10, "a")]),
        ("[a:b:-1e999]", [(10, "b")]),
        ("[a:b:12]", [(10, "a")]),
        ("((a][:b:c [d:3]", [(3, "((a][:b:c "), (10, "((a][:b:c d")]),
        ("[fe|]male", [(at, "female" if at % 2 else "male") for at in range(1, 11)]),
        ("[a|b|[c:d:6]]", [(at, ("d" if at > 6 else "c", "a", "b")[at % 3]) for at in range(1, 11)]),
    ],
)
def test_schedules(prompt: str, expected: list[tuple[int, str]]) -> None:
    assert told(prompt, 10) == expected


@pytest.mark.parametrize(
    "prompt",
    [
        *(
            "a [unbalanced",
            "[a:b]",
            "[a:b:c:3]",
            "[a:(b:3]",
            r"\[a:b:3\]",
            "[a:b:x]",
            "[a]",
            "[:)]",
            "[a|b:3]",
            "x | [a:3]",
        ),
        *("[a:3] and a lone \\", "[a:3] \\\n", "(a|b)", "[a:b:(3)]"),
    ],
)
def test_what_is_text(prompt: str) -> None:
    assert told(prompt, 10) == [(10, prompt)]


def test_a_hires_pass_goes_on_where_the_first_pass_ended() -> None:
    assert told("a [b:.5] c", 10, 10) == [(10, "a b c")]
    assert told("a [b:1.5] c", 10, 10) == [(5, "a  c"), (10, "a b c")]
    assert told("a [b:14] c", 10, 8) == [(4, "a  c"), (8, "a b c")]


def test_the_old_way_takes_numbers_below_one_for_shares() -> None:
    assert told("[a:b:1.5]", 10, old=True) == [(1, "a"), (10, "b")]
    assert told("[a:b:1.5]", 10, 5, old=True) == [(1, "a"), (10, "b")]


def test_at_a_step() -> None:
    assert [schedules.at_step("[a:b:2] [c|d]", step, 4) for step in range(1, 5)] == ["a c", "a d", "b c", "b d"]


@pytest.mark.parametrize("prompt", ["[" * 50_000, "[" * 5_000 + "a" + ":3]" * 5_000, "[a|" * 5_000 + "b" + "]" * 5_000])
def test_deep_nesting_is_read(prompt: str) -> None:
    assert schedules.at_step(prompt, 10, 10)


@MANY
@given(PROMPTS, st.integers(1, 12))
def test_the_schedule_says_what_is_said_at_each_step(prompt: str, steps: int) -> None:
    entries = schedules.schedule(prompt, steps)
    assert [entry.until for entry in entries] == sorted({entry.until for entry in entries})
    assert entries[-1].until == steps
    for step in range(1, steps + 1):
        said = next(entry.text for entry in entries if step <= entry.until)
        assert said == schedules.at_step(prompt, step, steps)


@MANY
@given(PROMPTS)
def test_without_square_brackets_nothing_changes(prompt: str) -> None:
    words = prompt.replace("[", "")
    assert told(words, 10) == [(10, words)]
