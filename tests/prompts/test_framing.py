"""One zoom and one viewing angle of a prompt are replaced; nothing else is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consistent_character.errors import RequestError
from consistent_character.prompts.cells import ANGLES, TUTORIAL, ZOOMS, Cell, Vocabulary, all_cells, cell_of
from consistent_character.prompts.framing import follow, frame, variants

CELLS = st.sampled_from(all_cells())
# Words that are in no phrase, with everything that means something in a prompt.
NOISE = st.lists(
    st.sampled_from(
        ("woman", "hazel eyes,", "(gray:1.3)", "\\(x\\)", "BREAK", "é", "<lora:a closeup:1>", "\n", "[dim]")
    ),
    max_size=6,
).map(" ".join)


@given(NOISE, NOISE, NOISE, CELLS, CELLS)
def test_all_but_the_two_phrases_stays_to_the_letter(
    before: str, between: str, after: str, own: Cell, cell: Cell
) -> None:
    text = f"{before} {own.zoom} {between} {own.angle} {after}"
    assert frame(text, TUTORIAL).prompt(cell) == f"{before} {cell.zoom} {between} {cell.angle} {after}"


@given(NOISE, NOISE, CELLS, CELLS, CELLS)
def test_replaced_twice_is_replaced_once(before: str, after: str, own: Cell, first: Cell, second: Cell) -> None:
    text = f"{before} {own.angle}, {own.zoom} {after}"
    once = frame(text, TUTORIAL).prompt(second)
    assert frame(frame(text, TUTORIAL).prompt(first), TUTORIAL).prompt(second) == once
    assert cell_of(once) == second
    assert frame(text, TUTORIAL).prompt(own) == text


PHRASES = st.lists(
    st.text("abcdefg éあ", min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool),
    min_size=1,
    max_size=4,
    unique=True,
).map(tuple)


@given(PHRASES, PHRASES)
def test_lists_that_pass_the_check_give_prompts_that_are_read_again(
    zooms: tuple[str, ...], angles: tuple[str, ...]
) -> None:
    vocabulary = Vocabulary(zooms, angles)
    try:
        vocabulary.check()
        prompts = variants(f"{zooms[-1]} {angles[-1]} photo", vocabulary)
    except RequestError:
        return
    assert {cell_of(prompt, vocabulary) for prompt in prompts.values()} == set(vocabulary.cells())
    assert len(set(prompts.values())) == len(zooms) * len(angles)


def test_a_shorter_zoom_is_not_found_inside_a_longer_one() -> None:
    lists = Vocabulary(("closeup", "full body"), ("front shot", "side angle"))
    prompts = variants("a medium closeup front shot of a woman", lists)
    assert prompts[Cell("full body", "side angle")] == "full body side angle of a woman"


def test_emphasis_case_and_spacing_around_the_phrases() -> None:
    framed = frame("(An extreme\n closeup:1.2), ((FRONT SHOT)) of a woman", TUTORIAL)
    assert framed.prompt(Cell("a full body", "rear angle")) == "(a full body:1.2), ((rear angle)) of a woman"


def test_the_same_phrase_twice_is_replaced_twice() -> None:
    framed = frame("a closeup front shot, a closeup", TUTORIAL)
    assert framed.prompt(Cell("a full body", "rear angle")) == "a full body rear angle, a full body"


def test_x_is_not_replaced_again_by_y() -> None:
    lists = Vocabulary(("near", "seen from the side"), ("side", "back"))
    with pytest.raises(RequestError, match="hide each other"):
        variants("near side of a woman", lists)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "names no zoom"),
        ("a woman, front shot", "names no zoom: write “an extreme closeup”"),
        ("a closeup of a woman", "names no viewing angle: write “front shot”"),
        ("a closeup, a full body, front shot", "two zooms, “a closeup” and “a full body”"),
        ("a closeup [front shot|side angle]", "two viewing angles"),
        ("a (closeup:1.2) front shot", "names no zoom"),
        ("<lora:a closeup:1> front shot", "names no zoom"),
        ("a (full) body, a closeup front shot", "would be read as “a full body"),
    ],
)
def test_a_prompt_that_cannot_be_used_says_why_in_one_line(text: str, line: str) -> None:
    with pytest.raises(RequestError, match=line) as caught:
        variants(text, TUTORIAL)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("zooms", "angles", "line"),
    [
        ((), ANGLES, "at least one zoom"),
        (ZOOMS, ("front shot", "Front  Shot"), "stands in the list twice"),
        (("near", " "), ANGLES, "empty"),
        (("near (very)",), ANGLES, "means something else in a prompt"),
        (("near AND far",), ANGLES, "means something else"),
        (("back", "front"), ("front shot",), "hide each other"),
    ],
)
def test_lists_that_cannot_be_used_say_why(zooms: tuple[str, ...], angles: tuple[str, ...], line: str) -> None:
    with pytest.raises(RequestError, match=line):
        Vocabulary(zooms, angles).check()


def test_a_second_prompt_follows_as_far_as_it_goes() -> None:
    cell = Cell("a full body", "rear angle")
    assert follow("a closeup, sharp", cell, TUTORIAL) == "a full body, sharp"
    assert follow("sharp", cell, TUTORIAL) == "sharp"


def test_a_cell_is_told_as_it_stands_in_its_list() -> None:
    lists = Vocabulary(("POV shot",), ("From Behind",))
    assert cell_of("pov  SHOT from behind", lists) == Cell("POV shot", "From Behind")
    joined = lists.joined(TUTORIAL)
    assert joined.zooms == ("POV shot", *ZOOMS)
    assert Vocabulary(("front shot",), ("a closeup",)).joined(TUTORIAL).zooms == (
        "front shot",
        *(z for z in ZOOMS if z != "a closeup"),
    )
