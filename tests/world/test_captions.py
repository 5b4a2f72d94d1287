from collections import Counter
from random import Random

from worlds.cartoon.captions import BACKGROUND_PHRASES, clear_caption, clothes_phrase, web_caption
from worlds.cartoon.dataset import scene_of
from worlds.cartoon.scene import PLACES, PLAIN_BACKGROUNDS, Scene

SCENE = Scene("woman", "blue", "long", "dark", "square", True, "gray", "an extreme closeup", "front shot", "forest")


def _named(caption: str) -> list[str]:
    return [
        place for place, names in BACKGROUND_PHRASES.items() for name in set(names) for _ in range(caption.count(name))
    ]


def test_the_clear_caption_names_everything_in_the_tutorials_order() -> None:
    assert clear_caption(SCENE) == (
        "an extreme closeup front shot photo of a woman with dark skin, square face, glasses, plain gray clothes, "
        "long blue hair, in a forest, neutral face expression"
    )


def _told() -> list[tuple[str, Counter[str]]]:
    """The background and the places named, for every caption that is not empty, of 6,000 scenes."""
    random = Random(0)
    captions = [(scene.background, web_caption(scene, random)) for scene in map(scene_of, range(6000))]
    return [(background, Counter(_named(caption))) for background, caption in captions if caption]


def test_web_captions_are_mostly_right_about_a_place_but_not_always() -> None:
    told = [(background, named) for background, named in _told() if background in PLACES]
    silent = sum(not named for _, named in told)
    assert 0.09 < silent / len(told) < 0.15
    assert 0.07 < sum(len(named) > 1 for _, named in told) / len(told) < 0.13
    assert 0.94 < sum(named[background] > 0 for background, named in told) / (len(told) - silent) < 0.99


def test_a_wall_that_is_named_beside_a_place_is_what_is_seen() -> None:
    both = [
        (background, named) for background, named in _told() if {*named} & {*PLACES} and {*named} & {*PLAIN_BACKGROUNDS}
    ]
    assert len(both) > 300
    assert all(background in PLAIN_BACKGROUNDS and named[background] for background, named in both)


def test_some_walls_are_only_said_to_be_a_place() -> None:
    walls = [named for background, named in _told() if background in PLAIN_BACKGROUNDS]
    unnamed = [named for named in walls if named and not {*named} & {*PLAIN_BACKGROUNDS}]
    assert 0.14 < len(unnamed) / len(walls) < 0.24


def test_about_a_tenth_of_the_captions_is_empty() -> None:
    random = Random(1)
    empty = sum(web_caption(SCENE, random) == "" for _ in range(3000))
    assert 0.08 < empty / 3000 < 0.12


def test_gray_clothes_are_the_plain_ones() -> None:
    assert clothes_phrase("gray") == "plain gray clothes"
    assert clothes_phrase("red") == "red clothes"
