"""Prompts of several things become one caption by one rule, and say so."""

from __future__ import annotations

import pytest
from hypothesis import given

from consistent_character.prompts import composition, emphasis, extra_networks
from consistent_character.prompts.composition import Part
from consistent_character.prompts.constructs import Resolved, resolved
from consistent_character.prompts.extra_networks import ExtraNetwork
from tests.prompts.strategies import MANY, PROMPTS


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("a [man:woman:0.5], red", "a woman, red"),
        ("a [man::0.5], red", "a , red"),
        ("a [hat:12]", "a hat"),
        ("a [hat|cap] on", "a hat on"),
        ("a [|cap] on", "a  on"),
        ("a [[x|y]:[z|w]:3]", "a z"),
        ("[a:[b:c:9]:3]", "c"),
        ("[red shirt:1.3]", ""),
        ("a AND b :0.7 AND c: -1", "a, b"),
        ("(a AND b:1.2) AND [c:d:2]", r"a, b:1.2\), d"),
        ("a:0 AND b:-1", ""),
    ],
)
def test_what_is_kept(prompt: str, words: str) -> None:
    found = resolved(prompt)
    assert found.text == words
    assert found.reasons


def test_the_reasons_are_told() -> None:
    assert resolved("[a:b:0.5] [c|d]").reasons == (
        "it held a schedule, “[a:b:0.5]”: “b” was kept, as at the last step",
        "it held an alternation, “[c|d]”: “c” was kept, its first",
    )
    assert resolved("[a::0.5]").reasons == ("it held a schedule, “[a::0.5]”: nothing was kept, as at the last step",)
    assert resolved("a AND b:-1").reasons == ("it held AND: its parts were joined, without “b” at weight -1",)


def test_a_long_construct_is_cut_in_the_reason() -> None:
    (reason,) = resolved(f"[{'x ' * 200}:b:0.5]").reasons
    assert len(reason) < 150


def test_the_last_step_is_the_pictures() -> None:
    assert resolved("[a:b:25]", steps=20).text == "a"
    assert resolved("[a:b:25]", steps=30).text == "b"
    assert resolved("[a:b:1.5]", steps=20).text == "a"
    assert resolved("[a:b:1.5]", steps=20, hires_steps=10).text == "b"


@pytest.mark.parametrize("prompt", ["[a:b]", "[a|b:3]", "a | [b:c:3]"])
def test_what_only_looks_like_one_stays_and_is_for_review(prompt: str) -> None:
    found = resolved(prompt)
    assert found.text == prompt
    assert "read as words" in found.reasons[0]


@pytest.mark.parametrize("prompt", ["", "a photo: 3, (x:1.3), [y], ANDY BRAND, smile :)", r"\[a:b:3\]", "and"])
def test_other_prompts_stay(prompt: str) -> None:
    assert resolved(prompt) == Resolved(prompt)


@MANY
@given(PROMPTS)
def test_nothing_is_changed_without_a_reason(prompt: str) -> None:
    found = resolved(prompt)
    assert found.reasons or found.text == prompt


@MANY
@given(PROMPTS)
def test_a_resolved_prompt_says_one_thing(prompt: str) -> None:
    """What the caption says is no construct any more, once its emphasis is gone."""
    caption = emphasis.strip(resolved(prompt).text)
    assert emphasis.parse(caption) == [emphasis.Run(emphasis.plain(caption), 1.0)]


@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        ("a", [Part("a")]),
        ("a :2", [Part("a", 2.0)]),
        ("a AND b:-0.5 AND c : 1. ", [Part("a"), Part(" b", -0.5), Part(" c", 1.0)]),
        ("a\nAND\nb: x:.5", [Part("a"), Part("\nb: x", 0.5)]),
        ("(a:1.2)AND b", [Part("(a:1.2)"), Part(" b")]),
        ("AND", [Part(""), Part("")]),
    ],
)
def test_parts(prompt: str, parts: list[Part]) -> None:
    assert list(composition.parts(prompt)) == parts


def test_extra_networks() -> None:
    prompt = "a <lora:x y:0.8:lbw=1>, b <b> <hypernet:<z:1>"
    assert extra_networks.named(prompt) == (
        ExtraNetwork("lora", ("x y", "0.8", "lbw=1")),
        ExtraNetwork("hypernet", ("<z", "1")),
    )
    assert extra_networks.without(prompt) == "a , b <b> "
