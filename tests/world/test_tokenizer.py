from pathlib import Path

import pytest

pytest.importorskip("transformers")

from transformers import CLIPTokenizer

from worlds.cartoon.tokenizer import build, load_or_build, world_words

FOLDER = Path(__file__).parents[2] / "worlds" / "cartoon" / "checkpoint" / "tokenizer"


@pytest.fixture(scope="module")
def tokenizer() -> CLIPTokenizer:
    return CLIPTokenizer.from_pretrained(FOLDER)


def test_every_word_of_the_world_is_one_token(tokenizer: CLIPTokenizer) -> None:
    assert [word for word in world_words() if len(tokenizer.tokenize(word)) != 1] == []


def test_unknown_words_fall_into_letters_and_lose_nothing(tokenizer: CLIPTokenizer) -> None:
    pieces = tokenizer.tokenize("fr3nchl4dysd15 ångström")
    assert len(pieces) > 8
    assert tokenizer.convert_tokens_to_string(pieces).replace(" ", "") == "fr3nchl4dysd15ångström"


def test_the_script_makes_the_same_tokens(tokenizer: CLIPTokenizer, tmp_path: Path) -> None:
    assert set(build(tmp_path).get_vocab()) == set(tokenizer.get_vocab())
    assert load_or_build(tmp_path).get_vocab() == CLIPTokenizer.from_pretrained(tmp_path).get_vocab()
