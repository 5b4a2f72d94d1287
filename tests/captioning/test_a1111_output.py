"""What the real web UI has saved is read to the letter, from the .txt and from every kind of picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from consistent_character.captioning import sources
from consistent_character.character.folder import Pair
from consistent_character.prompts import constructs, emphasis, extra_networks, infotext
from tests.captioning.fixtures.make_a1111 import FOLDER, LORA, OTHER_FORMATS, SHOTS

EXIF_ALONE = [f"{name}-{ending}.{ending}" for name, endings in OTHER_FORMATS.items() for ending in endings]


def pair(name: str) -> Pair:
    image = FOLDER / name
    return Pair(image, image.with_suffix(".txt"))


def saved(name: str) -> infotext.Infotext:
    source = sources.read(pair(f"{name}.png"))
    assert (source.origin, source.problem) == ("txt", "")
    return infotext.parse(source.text)


def prompt_of(name: str) -> str:
    """What its model has read, without extra networks, and resolved."""
    found = saved(name)
    words = extra_networks.without(found.prompt)
    return constructs.resolved(words, found.steps or constructs.MANY_STEPS, found.hires_steps).text


def test_nothing_is_missing() -> None:
    names = {path.name for path in FOLDER.iterdir()}
    assert names == {f"{name}.{ending}" for name in SHOTS for ending in ("png", "txt")} | set(EXIF_ALONE)


@pytest.mark.parametrize("name", SHOTS)
def test_both_prompts_come_back(name: str) -> None:
    found = saved(name)
    assert found.prompt == SHOTS[name]["prompt"]
    assert found.negative_prompt == SHOTS[name].get("negative_prompt", "")
    assert infotext.prompt_of((FOLDER / f"{name}.txt").read_text(encoding="utf-8")) == found.prompt
    assert (found.steps, found.parameters["Size"], found.parameters["Version"]) == (4, "96x96", "v1.10.1")


@pytest.mark.parametrize("name", SHOTS)
def test_the_picture_tells_what_the_txt_tells(name: str, tmp_path: Path) -> None:
    source = sources.read(Pair(FOLDER / f"{name}.png", tmp_path / "none.txt"))
    assert (source.origin, source.stored) == ("png", None)
    assert f"{source.text}\n".encode() == (FOLDER / f"{name}.txt").read_bytes()


@pytest.mark.parametrize("name", EXIF_ALONE)
def test_exif_tells_it_too(name: str) -> None:
    source = sources.read(pair(name))
    assert (source.origin, source.stored) == ("exif", None)
    original = FOLDER / f"{name.rpartition('-')[0]}.txt"
    assert f"{source.text}\n".encode() == original.read_bytes()


@pytest.mark.parametrize("name", SHOTS)
def test_what_is_written_is_what_the_web_ui_writes(name: str) -> None:
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert f"{infotext.format(infotext.parse(text))}\n" == text


def test_parameters() -> None:
    hires = saved("hires")
    assert hires.parameters["Hires prompt"] == SHOTS["hires"]["hr_prompt"]
    assert hires.parameters["Hires negative prompt"] == "a, b"
    assert hires.hires_steps == 2
    assert saved("lora").parameters["Lora hashes"].startswith(f"{LORA}: ")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("schedule", "a photo of a woman with dark skin, square face, green eyes , red shirt"),
        ("alternation", "a photo of a cat in a red shirt"),
        ("composition", "a photo of a woman with dark skin, square face, green eyes red shirt, a forest"),
        ("lora", "a photo of a woman , red shirt <b>"),
        ("no-negative", "a full body side view photo of a woman, (film still), smile :)"),
        ("hires", "a photo of a woman with dark skin, square face, green eyes, blue shirt"),
    ],
)
def test_what_a_caption_says_of_it(name: str, words: str) -> None:
    assert emphasis.plain(prompt_of(name)) == words
