"""From prompt to training caption."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consistent_character.captioning import CaptionRequest, rewriting
from consistent_character.captioning.look import Look
from consistent_character.captioning.phrases import phrases, spaced
from consistent_character.captioning.rewriting import Rewriter
from consistent_character.character.character import Character
from consistent_character.errors import RequestError
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


def _rewriter(token: str = TOKEN, look: str = LOOK, **more: Any) -> Rewriter:
    return Rewriter(CaptionRequest(token, look, **more))


@pytest.fixture(scope="module")
def rewriter() -> Rewriter:
    return _rewriter()


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
    rewriter = _rewriter("abc", "a woman with freckles, hazel eyes, a straight nose")
    for first, second, third in permutations(["a woman with freckles", "hazel eyes", "a straight nose"]):
        assert rewriter.rewrite(f"photo of {first}, {second}, {third}, toned").text == "photo of abc toned"
        assert rewriter.rewrite(f"photo of {first}, tall, {second}, old, {third}").text == "photo of abc tall, old"


def test_the_comma_behind_the_look_stays_before_more_than_a_word() -> None:
    rewriter = _rewriter("abc", "a woman")
    assert rewriter.rewrite("photo of a woman, gray background").text == "photo of abc, gray background"
    assert rewriter.rewrite("photo of a woman gray background").text == "photo of abc gray background"
    assert rewriter.rewrite("photo of a woman, naked, smiling").text == "photo of abc naked, smiling"


def test_a_look_that_is_a_phrase_of_its_own_keeps_its_comma() -> None:
    assert _rewriter("abc", "a woman").rewrite("photo, a woman, naked").text == "photo, abc, naked"
    assert _rewriter("abc", "a woman").rewrite("a woman, naked").text == "abc, naked"


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
    ],
)
def test_what_is_not_clear_is_left_to_a_person(rewriter: Rewriter, caption: str, problem: str) -> None:
    rewritten = rewriter.rewrite(caption)
    assert problem in rewritten.problem
    assert (rewritten.text, rewritten.rules) == (caption, ())


def test_a_word_inside_of_another_is_not_the_look() -> None:
    assert _rewriter("abc", "man").rewrite("photo of a woman").problem


def test_phrases_can_be_left_out() -> None:
    rewriter = _rewriter(TOKEN, LOOK, leave_out=("(Neutral gray  background:1.3)", "small breasts", "not there", " "))
    rewritten = rewriter.rewrite(PROMPT)
    assert rewritten.text == CAPTION.replace("neutral gray background, ", "").replace("small breasts, ", "")
    assert rewriting.LEFT_OUT in rewritten.rules


def test_brackets_that_are_text_stay_text() -> None:
    assert (
        _rewriter("abc", "a woman").rewrite(r"(photo:1.2) of a woman, film \(grain\)").text
        == r"photo of abc, film \(grain\)"
    )


def test_a_byte_order_mark_goes(rewriter: Rewriter) -> None:
    assert rewriter.rewrite("\ufeff" + PROMPT).text == CAPTION
    assert rewriter.rewrite("\ufeff" + CAPTION).rules == (rewriting.ENCODING,)


def test_extra_networks_go(rewriter: Rewriter) -> None:
    rewritten = rewriter.rewrite(PROMPT + " <lora:film:0.6>, ")
    assert rewritten.text == CAPTION
    assert rewriting.EXTRA_NETWORKS in rewritten.rules


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ("abc,, b ,c", "abc, b, c"),
        (" abc\n b,\r\nc,", "abc b, c"),
        ("abc, b, B, b", "abc, b"),
        ("abc b", "abc b"),
    ],
)
def test_commas_spaces_and_repetitions(text: str, caption: str) -> None:
    assert _rewriter("abc", "x").rewrite(text).text == caption


def test_zoom_and_angle_stand_first() -> None:
    rewritten = _rewriter("abc", "a woman").rewrite(
        "masterpiece, naked, a closeup front shot photo of a woman, smiling"
    )
    assert rewritten.text == "a closeup front shot photo of abc smiling, masterpiece, naked"
    assert rewriting.ORDER in rewritten.rules


def test_lists_of_words_that_show_nothing_are_dropped_by_choice() -> None:
    text = "masterpiece, Best_Quality, photo of a woman, 8k uhd, film grain, detailed eyes, (sharp focus:1.2)"
    rewritten = _rewriter("abc", "a woman", drop=("quality", "camera")).rewrite(text)
    assert rewritten.text == "photo of abc, detailed eyes"
    assert rewriting.LEFT_OUT in rewritten.rules
    assert "film grain" in _rewriter("abc", "a woman", drop=("quality",)).rewrite(text).text


def test_replacements_by_regular_expression() -> None:
    rewriter = _rewriter("abc", "a woman", replace=(r"(\w+) dress => \1 skirt", "tall=>"))
    rewritten = rewriter.rewrite("photo of a woman, red Dress, tall, old")
    assert (rewritten.text, rewriting.REPLACED in rewritten.rules) == ("photo of abc, red skirt, old", True)


@pytest.mark.parametrize("written", ["red", "=> x", "(( => x", r"(a) => \2"])
def test_a_replacement_that_cannot_be_read_is_one_line(written: str) -> None:
    with pytest.raises(RequestError, match=r"“.*”"):
        CaptionRequest("abc", "a woman", replace=(written,))


def test_phrases_are_added_where_they_are_missing() -> None:
    rewriter = _rewriter("abc", "a woman", add=("standing", "soft light"))
    assert rewriter.rewrite("photo of a woman, red dress").text == "photo of abc standing, red dress, soft light"
    assert rewriter.rewrite("photo of abc, kneeling, Soft  Light").text == "photo of abc, standing, Soft Light"


def test_a_beginning_and_an_end_are_put_on_once() -> None:
    rewriter = _rewriter("abc", "a woman", prefix="Art, ", suffix="the end,")
    once = rewriter.rewrite("a closeup photo of a woman, tall")
    assert once.text == "Art, a closeup photo of abc tall, the end"
    assert rewriter.rewrite(once.text).text == once.text
    assert rewriting.ENDS not in rewriter.rewrite(once.text).rules


@pytest.mark.parametrize(
    ("prompt", "caption", "doubt"),
    [
        ("photo of a woman, [red:blue:0.5] dress", "photo of abc, blue dress", "schedule"),
        ("photo of a woman, [red|blue] dress", "photo of abc, red dress", "alternation"),
        ("photo of a woman AND a dog :0.5", "photo of abc, a dog", "AND"),
    ],
)
def test_what_says_several_things_is_offered_by_a_stated_rule(prompt: str, caption: str, doubt: str) -> None:
    rewritten = _rewriter("abc", "a woman").rewrite(prompt)
    assert (rewritten.text, rewritten.problem) == (caption, "")
    assert doubt in " ".join(rewritten.doubts)
    assert rewriting.RESOLVED in rewritten.rules


@pytest.mark.parametrize(("steps", "word"), [(20, "red"), (40, "blue")])
def test_a_schedule_that_the_picture_did_not_reach(steps: int, word: str) -> None:
    text = infotext.format(
        infotext.Infotext("photo of a woman, [red:blue:30] dress", "", {**PARAMETERS, "Steps": str(steps)})
    )
    assert _rewriter("abc", "a woman").rewrite(text).text == f"photo of abc, {word} dress"


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        (CaptionRequest("abc", "a 15yo girl"), (True, False, False)),
        (CaptionRequest("abc", "a girl", leave_out=("15yo",)), (True, True, False)),
        (CaptionRequest("abc", "a woman", replace=("teen =>",)), (False, False, True)),
    ],
)
def test_no_caption_hides_a_minor_in_a_sexual_prompt(asked: CaptionRequest, refused: tuple[bool, ...]) -> None:
    rewriter = Rewriter(asked)
    texts = ("photo of a 15yo girl, naked", "photo of a girl, 15yo, (naked:1.3)", "photo of a woman, teen, naked")
    found = [rewriter.rewrite(text) for text in texts]
    assert tuple(rewritten.text for rewritten in found) == texts
    assert tuple("under 18" in rewritten.problem for rewritten in found) == refused


def test_what_is_no_sexual_prompt_gets_its_caption() -> None:
    rewriter = Rewriter(CaptionRequest("abc", "a 15yo girl"))
    assert rewriter.rewrite("photo of a 15yo girl, hat").text == "photo of abc hat"


@given(st.text("ab, \n"))
def test_spaced_is_its_phrases_joined(text: str) -> None:
    assert spaced(text) == ", ".join(phrases(text))


@given(st.lists(st.sampled_from([*LOOK.split(", "), LOOK, "the", "A", "full", "ab\u00e7", TOKEN, "photo of"])))
def test_what_is_found_at_once_is_what_the_patterns_find(words: list[str]) -> None:
    look = Look(LOOK, TOKEN)
    for text in (" ".join(words), ", ".join(words)):
        assert look.name(spaced(text)) == look._searched(spaced(text))


@pytest.mark.parametrize("cell", all_cells(), ids=str)
def test_what_a_character_asks_for_becomes_its_caption(cell: Cell) -> None:
    character = Character(TOKEN, LOOK, body="toned body", hair="black hair")
    rewritten = _rewriter(TOKEN, LOOK).rewrite(character.prompt(cell))
    assert rewritten.text == (
        f"{cell} photo of {TOKEN}, plain gray clothes, toned body, black hair, neutral gray background, "
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
