"""Infotext is read and written as A1111 does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consistent_character.prompts import infotext
from consistent_character.prompts.infotext import Infotext

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


def test_without_a_negative_prompt_there_is_no_line_for_it() -> None:
    assert infotext.format(Infotext("a", "", {"Steps": "3", "Model": "m, n"})) == 'a\nSteps: 3, Model: "m, n"'


def test_format_writes_what_a1111_writes() -> None:
    text = f"a photo\nNegative prompt: b\n{PARAMETERS}"
    assert infotext.format(infotext.parse(text)) == text


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r")).map(str.strip)
KEYS = st.from_regex(r"[A-Za-z][A-Za-z \-/]{0,10}[a-z]", fullmatch=True)


def _is_prompt(text: str) -> bool:
    return not any(line.lstrip().startswith("Negative prompt:") for line in text.split("\n"))


@given(WORDS.filter(_is_prompt), WORDS, st.dictionaries(KEYS, WORDS))
def test_what_is_written_comes_back(prompt: str, negative: str, parameters: dict[str, str]) -> None:
    wanted = Infotext(
        prompt, negative, {"Steps": "20", **{key: value for key, value in parameters.items() if key != "Steps"}}
    )
    assert infotext.parse(infotext.format(wanted)) == wanted
