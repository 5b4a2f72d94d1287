"""From prompt to training caption."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consistent_character.captioning import rewriting
from consistent_character.captioning.rewriting import Rewriter, tidy
from consistent_character.character.character import Character
from consistent_character.prompts import emphasis, infotext
from consistent_character.prompts.cells import Cell, all_cells, cell_of

TOKEN = "fr3nchl4dysd15"
LOOK = (
    "a beautiful 25yo French woman with defined cheekbones, a straight nose, full lips, hazel eyes, chin dimple, "
    "square jaw, plucked eyebrows"
)
PROMPT = (
    f"an extreme closeup front shot photo of {LOOK}, (naked:1.3), small breasts, toned body, chin length straight "
    "black hair in a bob cut with bangs, (neutral gray background:1.3), neutral face expression"
)
CAPTION = (
    "an extreme closeup front shot photo of fr3nchl4dysd15 naked, small breasts, toned body, chin length straight "
    "black hair in a bob cut with bangs, neutral gray background, neutral face expression"
)
PARAMETERS = {"Steps": "30", "Sampler": "DPM++ 2M", "Seed": "1", "Lora hashes": "a: 1, b: 2"}


@pytest.fixture(scope="module")
def rewriter() -> Rewriter:
    return Rewriter(TOKEN, LOOK)


def test_the_tutorials_example_letter_for_letter(rewriter: Rewriter) -> None:
    assert rewriter.rewrite(PROMPT).text == CAPTION
    assert rewriter.rewrite(PROMPT).rules == (rewriting.EMPHASIS, rewriting.TOKEN)


def test_the_tutorials_example_without_the_comma(rewriter: Rewriter) -> None:
    assert rewriter.rewrite(PROMPT.replace("eyebrows, (naked", "eyebrows (naked")).text == CAPTION


@pytest.mark.parametrize("negative", ["", "young, loli, teen, child\nbad anatomy"])
def test_infotext_is_cut_to_the_prompt(rewriter: Rewriter, negative: str) -> None:
    text = infotext.format(infotext.Infotext(PROMPT, negative, PARAMETERS)) + "\n"
    rewritten = rewriter.rewrite(text)
    assert rewritten.text == CAPTION
    assert rewriting.INFOTEXT in rewritten.rules


@pytest.mark.parametrize(
    "look",
    [
        LOOK.upper(),
        LOOK.replace(" ", "  ").replace(",", " ,\n"),
        LOOK.removeprefix("a "),
        f"(({LOOK}))",
        LOOK.replace("hazel eyes", "(hazel eyes:1.4)").replace("square", "[square]"),
        LOOK.replace("a straight nose", "straight nose"),
        LOOK.replace("full lips", "the full lips"),
    ],
)
def test_the_look_in_other_dress(rewriter: Rewriter, look: str) -> None:
    assert rewriter.rewrite(PROMPT.replace(LOOK, look)).text == CAPTION


def test_the_parts_of_the_look_in_any_order() -> None:
    rewriter = Rewriter("abc", "a woman with freckles, hazel eyes, a straight nose")
    for first, second, third in permutations(["a woman with freckles", "hazel eyes", "a straight nose"]):
        assert rewriter.rewrite(f"photo of {first}, {second}, {third}, toned").text == "photo of abc toned"
        assert rewriter.rewrite(f"photo of {first}, tall, {second}, old, {third}").text == "photo of abc tall, old"


def test_a_look_that_is_a_phrase_of_its_own_keeps_its_comma() -> None:
    assert Rewriter("abc", "a woman").rewrite("photo, a woman, naked").text == "photo, abc, naked"
    assert Rewriter("abc", "a woman").rewrite("a woman, naked").text == "abc, naked"


@pytest.mark.parametrize(
    ("caption", "problem"),
    [
        ("photo of a man, naked", "not in it"),
        ("", "not in it"),
        (PROMPT + ", " + LOOK, "more than once"),
        (PROMPT + ", hazel eyes", "once more"),
        (PROMPT.replace(", hazel eyes", ""), "only a part"),
        (PROMPT.replace(", hazel eyes", "") + ", chin dimple and hazel eyes", "more than once"),
        (PROMPT.replace(", hazel eyes", "") + " with hazel eyes", "middle of a phrase"),
        (CAPTION + ", hazel eyes", "token and the look too"),
        (PROMPT + ", [red:blue:0.5]", "a schedule"),
        (PROMPT + ", [red|blue]", "an alternation"),
        (PROMPT + " AND a dog", "AND"),
    ],
)
def test_what_is_not_clear_is_left_to_a_person(rewriter: Rewriter, caption: str, problem: str) -> None:
    rewritten = rewriter.rewrite(caption)
    assert problem in rewritten.problem
    assert (rewritten.text, rewritten.rules) == (caption, ())


def test_a_word_inside_of_another_is_not_the_look() -> None:
    assert Rewriter("abc", "man").rewrite("photo of a woman").problem


def test_phrases_can_be_left_out() -> None:
    rewriter = Rewriter(TOKEN, LOOK, leave_out=("(Neutral gray  background:1.3)", "small breasts", "not there", " "))
    rewritten = rewriter.rewrite(PROMPT)
    assert rewritten.text == CAPTION.replace("neutral gray background, ", "").replace("small breasts, ", "")
    assert rewriting.LEFT_OUT in rewritten.rules


def test_brackets_that_are_text_stay_text() -> None:
    assert (
        Rewriter("abc", "a woman").rewrite(r"(photo:1.2) of a woman, film \(grain\)").text
        == r"photo of abc film \(grain\)"
    )


def test_a_byte_order_mark_goes(rewriter: Rewriter) -> None:
    assert rewriter.rewrite("\ufeff" + PROMPT).text == CAPTION
    assert rewriter.rewrite("\ufeff" + CAPTION).rules == (rewriting.ENCODING,)


def test_extra_networks_go(rewriter: Rewriter) -> None:
    rewritten = rewriter.rewrite(PROMPT + " <lora:film:0.6>, ")
    assert rewritten.text == CAPTION
    assert rewriting.EXTRA_NETWORKS in rewritten.rules


@pytest.mark.parametrize(
    ("text", "tidied"),
    [("a,, b ,c", "a, b, c"), (" a\n b,\r\nc,", "a b, c"), ("a, b, a", "a, b"), (",", ""), ("", "")],
)
def test_tidy(text: str, tidied: str) -> None:
    assert tidy(text) == tidied


@pytest.mark.parametrize("cell", all_cells(), ids=str)
def test_what_a_character_asks_for_becomes_its_caption(cell: Cell) -> None:
    character = Character(TOKEN, LOOK, body="toned body", hair="black hair")
    rewritten = Rewriter(TOKEN, LOOK).rewrite(character.prompt(cell))
    assert rewritten.text == (
        f"{cell} photo of {TOKEN} plain gray clothes, toned body, black hair, neutral gray background, "
        "neutral face expression"
    )
    assert cell_of(rewritten.text) == cell


@given(st.text() | st.text(" ,()[]\\:a1.").map(lambda text: f"{text}{PROMPT}{text}"))
def test_rewriting_again_changes_nothing(rewriter: Rewriter, text: str) -> None:
    once = rewriter.rewrite(text)
    if once.problem:
        assert once.text == text
    else:
        assert rewriter.rewrite(once.text).text == once.text
        assert [run.weight for run in emphasis.parse(once.text)] == [1.0]
