"""Whether a word is still free: what stands out among made-up words, and what need not be drawn to know it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.installed import remember
from consistent_character.engine import RenderRequest
from consistent_character.errors import Interrupted, RequestError, UnsafePrompt
from consistent_character.generating.token_check import TokenRequest, check_the_token, made_up_words, verdict
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.progress import Silent
from tests.fakes import FakeEngine, draw

REQUEST = TokenRequest(seeds=(1, 2, 3), steps=4, width=64, height=64)


@pytest.fixture
def folder(tmp_path: Path) -> CharacterFolder:
    return CharacterFolder.create(tmp_path / "her", Character("l4dyx", "a woman with dark skin"))


def means(*words: str) -> FakeEngine:
    """Draws every made-up word alike, but for the seed, and these in a colour of their own."""

    def paint(request: RenderRequest) -> Image.Image:
        plain = draw(replace(request, prompt="nothing"))
        colour = Image.new("RGB", plain.size, (20, 140, 30))
        return Image.blend(plain, colour, 0.7 if request.prompt in words else len(request.prompt) / 100)

    return FakeEngine(painter=paint)


def test_a_word_that_stands_out_is_taken(folder: CharacterFolder) -> None:
    found = check_the_token(folder, replace(REQUEST, token="Zyzz7"), means("Zyzz7"), Silent())
    assert (found.answer, found.token) == ("taken", "Zyzz7")
    assert found.distance > 1.15 * max(found.made_up.values())
    assert "means something to the model already" in found.reasons[0]
    assert [(folder.path / path).is_file() for path in found.pictures] == [True] * 3
    assert len(found.made_up_pictures) == len(found.made_up) == 8


def test_a_word_like_any_made_up_one_is_free(folder: CharacterFolder) -> None:
    found = check_the_token(folder, REQUEST, means(), Silent())
    assert (found.answer, found.token, found.tokens) == ("free", "l4dyx", 2)
    assert "no more of l4dyx than of any made-up word" in found.reasons[0]


def test_nothing_is_drawn_twice_and_made_up_words_serve_every_token(folder: CharacterFolder) -> None:
    def stop(request: RenderRequest) -> None:
        if request.prompt != "l4dyx":
            raise Interrupted("stopped")

    with pytest.raises(Interrupted):
        check_the_token(folder, REQUEST, FakeEngine(on_render=stop), Silent())
    engine = FakeEngine()
    check_the_token(folder, REQUEST, engine, Silent())
    assert "l4dyx" not in {request.prompt for request in engine.rendered}, "drawn before it was stopped"
    assert len(engine.rendered) == 8 * 3
    again = FakeEngine()
    check_the_token(folder, replace(REQUEST, token="n3xt"), again, Silent())
    assert [request.prompt for request in again.rendered] == ["n3xt"] * 3
    other = FakeEngine(sha256="0" * 64)
    check_the_token(folder, REQUEST, other, Silent())
    assert len(other.rendered) == 9 * 3, "another checkpoint draws its own"


def test_a_word_of_the_vocabulary_is_taken_whatever_is_drawn(folder: CharacterFolder) -> None:
    found = check_the_token(folder, replace(REQUEST, token="forest"), means(), Silent())
    assert (found.answer, found.tokens) == ("taken", 1)
    assert "the model's own vocabulary" in found.reasons[0]
    assert "no more of forest" in found.reasons[1]


def test_a_loaded_embedding_of_that_name_is_told_and_not_drawn(folder: CharacterFolder) -> None:
    engine = FakeEngine(embeddings=("L4dyx",))
    found = check_the_token(folder, REQUEST, engine, Silent())
    assert (found.answer, engine.rendered) == ("taken", [])
    assert "An embedding called l4dyx is loaded" in found.reasons[0]
    remember(folder.path, "l4dyx")
    (reason,) = check_the_token(folder, REQUEST, engine, Silent()).reasons
    assert "own embedding l4dyx is loaded" in reason


@pytest.mark.parametrize(
    "change", [{"token": "two words"}, {"seeds": (1,)}, {"seeds": (1, 1)}, {"seeds": (-1, 2)}, {"sampler": "DDIM"}]
)
def test_what_cannot_be_is_one_line(folder: CharacterFolder, change: dict[str, object]) -> None:
    engine = FakeEngine()
    with pytest.raises(RequestError):
        check_the_token(folder, replace(REQUEST, **change), engine, Silent())  # type: ignore[arg-type]
    assert engine.rendered == []


def test_the_guard_reads_the_word_with_the_look(folder: CharacterFolder) -> None:
    folder.character = replace(folder.character, look="a 12 year old girl")
    engine = FakeEngine()
    with pytest.raises(UnsafePrompt):
        check_the_token(folder, replace(REQUEST, token="naked"), engine, Silent())
    assert engine.rendered == []


def test_made_up_words_are_always_the_same_and_none_is_taken() -> None:
    words = made_up_words("x", set())
    assert words == made_up_words("another", set())
    assert len(set(words)) == 8
    fewer = made_up_words(words[0].upper(), {words[1]})
    assert not {words[0], words[1]} & set(fewer)
    assert len(fewer) == 8


def test_between_the_two_the_seeds_decide_or_it_stays_open() -> None:
    usual, steady = {"a": 8.0, "b": 10.0}, [0.8, 1.0]
    answers = {
        (9.9, 9.0): "free",
        (11.0, 1.5): "unsure",
        (11.0, 2.5): "taken",
        (12.0, 0.5): "taken",
    }
    for (distance, steadiness), answer in answers.items():
        found, reason = verdict("w", distance, steadiness, usual, steady)
        assert found == answer
        assert f"by {distance:.1f} steps of Lab, and these from each other by 8.0 to 10.0" in reason


@pytest.mark.slow
def test_the_cartoon_world_knows_beach_and_night_and_not_what_nobody_said(folder: CharacterFolder) -> None:
    engine = StandaloneEngine.load(None, device="cpu")
    request = TokenRequest(steps=10, width=engine.checkpoint.size, height=engine.checkpoint.size)
    found = {
        word: check_the_token(folder, replace(request, token=word), engine, Silent())
        for word in ("beach", "night", "l4dyx", "th3t0ken", "fr3nchl4dysd15")
    }
    # The last reason is what the pictures say, whatever the vocabulary does.
    told = {word: "means something to the model already" in one.reasons[-1] for word, one in found.items()}
    assert told == {"beach": True, "night": True, "l4dyx": False, "th3t0ken": False, "fr3nchl4dysd15": False}
    assert {word: one.answer for word, one in found.items() if one.answer != "free"} == {
        "beach": "taken",
        "night": "taken",
    }
