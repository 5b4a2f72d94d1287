"""Infotext is read and written as A1111 does."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consistent_character.prompts import infotext
from consistent_character.prompts.infotext import Infotext
from tests.prompts.strategies import MANY, PROMPTS

PARAMETERS = (
    "Steps: 30, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.0, Seed: 1, Size: 512x512, Version: 1.10.1"
)


def test_a_whole_one() -> None:
    found = infotext.parse(f"a photo\nNegative prompt: loli, teen\n{PARAMETERS}\n")
    assert (found.prompt, found.negative_prompt) == ("a photo", "loli, teen")
    assert found.parameters["Sampler"] == "DPM++ 2M"
    assert list(found.parameters)[:2] == ["Steps", "Sampler"]


@pytest.mark.parametrize(
    ("text", "prompt", "negative"),
    [
        (f"one\ntwo,\n\nthree\nNegative prompt: four\nfive\n{PARAMETERS}", "one\ntwo,\n\nthree", "four\nfive"),
        (f"no negative\n{PARAMETERS}", "no negative", ""),
        (
            f"Steps: of a temple, Size: huge\nSteps: 3 of stone\n{PARAMETERS}",
            "Steps: of a temple, Size: huge\nSteps: 3 of stone",
            "",
        ),
        (f"crlf\r\nNegative prompt: x\r\n{PARAMETERS}\r\n", "crlf", "x"),
        (f"Negative prompt: x\n{PARAMETERS}", "", "x"),
        (PARAMETERS, "", ""),
        (f'a bare word\n{PARAMETERS}, Tiled Diffusion, Lora hashes: "x: 1, y: 2"', "a bare word", ""),
        (f"made\n{PARAMETERS}\nTemplate: {{made|of}}\n two lines\nNegative Template: x", "made", ""),
        (f"a\nTemplate: b\nNegative prompt: c\n{PARAMETERS}", "a\nTemplate: b", "c"),
        ("a photo\nSteps: 20", "a photo\nSteps: 20", ""),
        ("a photo\nSteps: 20, of stone", "a photo\nSteps: 20, of stone", ""),
        (
            f"the words Negative prompt: none\n  Negative prompt: x\n{PARAMETERS}",
            "the words Negative prompt: none",
            "x",
        ),
        ("just a prompt, style: a, b: c, d: e", "just a prompt, style: a, b: c, d: e", ""),
        ("a photo, Steps: 20", "a photo, Steps: 20", ""),
        ("", "", ""),
    ],
)
def test_prompts(text: str, prompt: str, negative: str) -> None:
    found = infotext.parse(text)
    assert (found.prompt, found.negative_prompt) == (prompt, negative)


def test_quoted_values_hold_anything() -> None:
    line = r'Steps: 20, Lora hashes: "a: 1, b: 2", ADetailer prompt: "say \"hi\",\nthere", Model: x'
    parameters = infotext.parse(f"p\n{line}").parameters
    assert parameters["Lora hashes"] == "a: 1, b: 2"
    assert parameters["ADetailer prompt"] == 'say "hi",\nthere'
    assert parameters["Model"] == "x"


def test_templates_are_no_prompt() -> None:
    parameters = infotext.parse(f"p\n{PARAMETERS}\nTemplate: {{a|b}}\n c\nNegative Template: d").parameters
    assert (parameters["Template"], parameters["Negative Template"]) == ("{a|b}\n c", "d")
    assert parameters["Version"] == "1.10.1"


def test_what_has_no_value_stands_for_itself() -> None:
    assert infotext.parse(f"p\n{PARAMETERS}, Tiled, User: x").parameters["Tiled"] == "Tiled"


def test_steps() -> None:
    assert (infotext.parse(f"p\n{PARAMETERS}").steps, infotext.parse(f"p\n{PARAMETERS}").hires_steps) == (30, None)
    hires = infotext.parse(f"p\n{PARAMETERS}, Hires upscaler: Latent")
    assert hires.hires_steps == 30
    assert infotext.parse(f"p\n{PARAMETERS}, Hires steps: 5, Hires upscaler: Latent").hires_steps == 5
    assert infotext.parse("p").steps is None


LINES = st.sampled_from(
    [
        *(
            PARAMETERS,
            "Steps: 3",
            "Steps: 3, a: b",
            "Steps: 3, a: b, c",
            "Negative prompt: x",
            " Negative prompt:",
            "Steps:",
        ),
        *("Template: a", "Negative Template: b", "a: b, c: d, e: f", "", "\r", " ", "\ufeff"),
    ]
)


@MANY
@given(st.lists(LINES | PROMPTS | st.text(max_size=8), max_size=6).map("\n".join))
def test_the_prompt_alone_is_the_same_prompt(text: str) -> None:
    assert infotext.prompt_of(text) == infotext.parse(text).prompt


def test_without_a_negative_prompt_there_is_no_line_for_it() -> None:
    assert infotext.format(Infotext("a", "", {"Steps": "3", "Model": "m, n"})) == 'a\nSteps: 3, Model: "m, n"'


def test_format_writes_what_a1111_writes() -> None:
    text = f"a photo\nNegative prompt: b\n{PARAMETERS}"
    assert infotext.format(infotext.parse(text)) == text


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r")).map(str.strip)
KEYS = st.from_regex(r"[A-Za-z][A-Za-z \-/]{0,10}[a-z]", fullmatch=True)


def _is_prompt(text: str) -> bool:
    return not any(line.lstrip().startswith("Negative prompt:") for line in text.split("\n"))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(WORDS.filter(_is_prompt), WORDS, st.dictionaries(KEYS, WORDS, min_size=1, max_size=5))
def test_what_is_written_comes_back(prompt: str, negative: str, parameters: dict[str, str]) -> None:
    wanted = Infotext(
        prompt, negative, {"Steps": "20", **{key: value for key, value in parameters.items() if key != "Steps"}}
    )
    assert infotext.parse(infotext.format(wanted)) == wanted
