from pathlib import Path

import pytest

pytest.importorskip("transformers")

from transformers import CLIPTokenizer

from worlds.cartoon.tokenizer import build, world_words

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


def test_the_committed_files_are_those_that_the_script_makes(tmp_path: Path) -> None:
    build(tmp_path)
    for name in ("vocab.json", "merges.txt"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()
