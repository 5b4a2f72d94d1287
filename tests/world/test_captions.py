from collections import Counter
from random import Random

from worlds.cartoon.captions import BACKGROUND_PHRASES, clear_caption, clothes_phrase, web_caption
from worlds.cartoon.dataset import scene_of
from worlds.cartoon.scene import Scene

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


def test_web_captions_are_mostly_right_about_the_place_but_not_always() -> None:
    random, right, contradicting, silent = Random(0), 0, 0, 0
    captions = [(scene, web_caption(scene, random)) for scene in map(scene_of, range(4000))]
    captions = [(scene, caption) for scene, caption in captions if caption]
    for scene, caption in captions:
        named = Counter(_named(caption))
        silent += not named
        contradicting += len(named) > 1
        right += named[scene.background] > 0
    assert 0.09 < silent / len(captions) < 0.15
    assert 0.09 < contradicting / len(captions) < 0.19
    assert 0.93 < right / (len(captions) - silent) < 0.99


def test_about_a_tenth_of_the_captions_is_empty() -> None:
    random = Random(1)
    empty = sum(web_caption(SCENE, random) == "" for _ in range(3000))
    assert 0.08 < empty / 3000 < 0.12


def test_gray_clothes_are_the_plain_ones() -> None:
    assert clothes_phrase("gray") == "plain gray clothes"
    assert clothes_phrase("red") == "red clothes"
