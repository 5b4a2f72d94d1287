"""A character in words, and its file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consistent_character.character.character import Character, check_token
from consistent_character.errors import FolderError, RequestError
from consistent_character.prompts import emphasis
from consistent_character.prompts.cells import Cell, all_cells, cell_of

CELL = Cell("an extreme closeup", "front shot")
TEXT = st.text(st.characters(codec="utf-8"))


def test_the_prompt_is_the_tutorials() -> None:
    character = Character(
        token="fr3nchl4dysd15",
        look="a beautiful 25yo French woman with defined cheekbones, a straight nose",
        body="toned body",
        hair="straight black hair",
        wardrobe="(naked:1.3)",
    )
    assert character.prompt(CELL) == (
        "an extreme closeup front shot photo of a beautiful 25yo French woman with defined cheekbones, a straight "
        "nose, (naked:1.3), toned body, straight black hair, (neutral gray background:1.3), neutral face expression"
    )


def test_clothes_are_plain_gray_unless_the_user_says_otherwise() -> None:
    assert ", plain gray clothes, " in Character("abc", "a woman").prompt(CELL)


def test_empty_parts_are_left_out() -> None:
    character = Character("abc", " a woman, ", wardrobe="", background="", expression=" ")
    assert character.prompt(CELL) == "an extreme closeup front shot photo of a woman"


def test_without_emphasis_the_words_are_the_same() -> None:
    character = Character("abc", "a woman", wardrobe="((red)) dress")
    assert emphasis.strip(character.prompt(CELL)) == character.prompt(CELL, emphasise=False)
    assert "(" not in character.prompt(CELL, emphasise=False)


def test_a_background_that_is_emphasised_already_is_not_once_more() -> None:
    assert "(gray:1.5), neutral" in Character("abc", "a woman", background="(gray:1.5)").prompt(CELL)


@pytest.mark.parametrize("cell", all_cells(), ids=str)
def test_every_prompt_names_its_cell(cell: Cell) -> None:
    assert cell_of(Character("abc", "a woman").prompt(cell)) == cell


@given(TEXT, TEXT, st.integers(1, 75))
def test_the_file_brings_everything_back(hair: str, checkpoint: str, num_vectors: int) -> None:
    character = Character("abc", "a woman", hair=hair, checkpoint=checkpoint, num_vectors=num_vectors)
    assert Character.from_toml(character.to_toml()) == character


def test_a_short_file_gets_the_defaults() -> None:
    assert Character.from_toml('token = "abc"\nlook = "a woman"\n') == Character("abc", "a woman")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("token = ", "cannot be read"),
        ('token = "abc"', "lacks “look”"),
        ('token = "abc"\nlook = "x"\nwardrope = "y"', "unknown key “wardrope”"),
        ('token = "abc"\nlook = "x"\nnum_vectors = "8"', "whole number"),
        ('token = "abc"\nlook = 3', "text in quotes"),
    ],
)
def test_a_broken_file_is_told_of(text: str, told: str) -> None:
    with pytest.raises(FolderError, match=told):
        Character.from_toml(text)


@pytest.mark.parametrize("token", ["abc", "fr3nchl4dysd15", "a_b-C"])
def test_good_tokens(token: str) -> None:
    check_token(token)


@pytest.mark.parametrize("token", ["", "two words", "a,b", "a.b", "(a)", "é", "a\n", "x" * 65, "con", "LPT1"])
def test_bad_tokens(token: str) -> None:
    with pytest.raises(RequestError, match="token"):
        check_token(token)


@pytest.mark.parametrize("num_vectors", [0, -1, 76])
def test_vectors_that_do_not_fit(num_vectors: int) -> None:
    with pytest.raises(RequestError, match="num_vectors"):
        Character("abc", "a woman", num_vectors=num_vectors)


def test_a_look_is_needed() -> None:
    with pytest.raises(RequestError, match="look is empty"):
        Character("abc", " , ")
