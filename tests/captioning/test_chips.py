"""What a chip replaces, where it goes when there is nothing to replace, and that everything else stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consistent_character.captioning.chips import Place, Places, places
from consistent_character.captioning.postures import POSTURES, spellings
from consistent_character.prompts.cells import ANGLES, TUTORIAL, ZOOMS

TOKEN = "fr3nchl4dysd15"
KNOWN = spellings(POSTURES)
TUTORIALS = (
    f"an extreme closeup front shot photo of {TOKEN} naked, small breasts, toned body, chin length straight black hair "
    "in a bob cut with bangs, neutral gray background, neutral face expression"
)

_WORDS = ("photo of", "a", "an", "naked", "lowing", "notkneeling", "A CLOSEUP", "front  shot", "Lying on his back", "é")
_SIGNS = (",", ", ", " ", "  ", "\n", "\r\n", "(", ")", "(naked:1.3)", "<lora:a closeup:1>", ".", "-", "\ufeff")
_PIECES = (*ZOOMS, *ANGLES, *POSTURES, TOKEN, *_WORDS, *_SIGNS)
_texts = st.lists(st.sampled_from(_PIECES), max_size=14).map("".join)
_chips = st.sampled_from(
    [
        *(("zoom", zoom) for zoom in ZOOMS),
        *(("angle", angle) for angle in ANGLES),
        *(("posture", one) for one in POSTURES),
    ]
)


def _places(text: str) -> Places:
    return places(text, TUTORIAL, KNOWN, TOKEN)


def _put(text: str, kind: str, phrase: str) -> str:
    place: Place = getattr(_places(text), kind)
    return place.put(text, phrase)


def test_the_tutorials_correction() -> None:
    """`an extreme closeup front shot photo` becomes `a medium closeup side angle photo`, and nothing else changes."""
    text = _put(_put(TUTORIALS, "zoom", "a medium closeup"), "angle", "side angle")
    assert text == TUTORIALS.replace("an extreme closeup front shot photo", "a medium closeup side angle photo")


@pytest.mark.parametrize("order", [("zoom", "angle"), ("angle", "zoom")])
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"photo of {TOKEN}", f"a closeup side angle photo of {TOKEN}"),
        (f"a photo of {TOKEN} naked", f"a closeup side angle photo of {TOKEN} naked"),
        (f"{TOKEN} naked, small", f"a closeup side angle photo of {TOKEN} naked, small"),
        ("", f"a closeup side angle photo of {TOKEN}"),
        ("outdoors, naked", "a closeup side angle, outdoors, naked"),
    ],
)
def test_what_is_missing_is_put_where_the_tutorial_has_it(text: str, wanted: str, order: tuple[str, str]) -> None:
    phrases = {"zoom": "a closeup", "angle": "side angle"}
    for kind in order:
        text = _put(text, kind, phrases[kind])
    assert text == wanted


def test_a_posture_takes_the_place_of_another_and_goes_when_it_is_taken_out() -> None:
    standing = _put(TUTORIALS, "posture", "standing")
    assert standing == TUTORIALS.replace("naked, small", "naked, standing, small")
    kneeling = _put(standing, "posture", "kneeling")
    assert kneeling == standing.replace("standing", "kneeling")
    assert _places(kneeling).posture.remove(kneeling) == TUTORIALS


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("kneeling, naked", "naked"),
        ("naked, kneeling", "naked"),
        ("naked, kneeling\n", "naked\n"),
        ("a woman kneeling, naked", "a woman, naked"),
        ("a woman kneeling", "a woman"),
        ("kneeling", ""),
        ("kneeling woman", " woman"),
    ],
)
def test_a_posture_goes_with_one_comma(text: str, without: str) -> None:
    assert _places(text).posture.remove(text) == without


def test_a_posture_of_the_other_sex_is_the_same_posture() -> None:
    assert _put("a photo, lying on his back, gray", "posture", "standing") == "a photo, standing, gray"


@pytest.mark.parametrize("text", ["understanding, naked", "a closeupé", "notkneeling", "<lora:a closeup standing:1>"])
def test_only_whole_phrases_are_found(text: str) -> None:
    found = _places(text)
    assert (found.zoom.phrase, found.posture.phrase) == ("", "")


def test_what_the_generation_parameters_say_is_left_alone() -> None:
    infotext = (
        "photo of her, gray\nNegative prompt: kneeling, a closeup\nSteps: 20, Sampler: Euler a, Seed: 1, Size: 96x96"
    )
    assert _put(infotext, "posture", "standing") == infotext.replace("gray\n", "gray, standing\n")
    assert _put(infotext, "zoom", "a closeup").endswith(infotext[infotext.index("\n") :])


@given(_texts, _chips)
def test_a_chip_is_recognised_afterwards_and_changes_nothing_beside(text: str, chip: tuple[str, str]) -> None:
    kind, phrase = chip
    place: Place = getattr(_places(text), kind)
    changed = place.put(text, phrase)
    again: Place = getattr(_places(changed), kind)
    assert again.phrase == phrase
    assert again.put(changed, phrase) == changed
    assert changed.startswith(text[: place.start])
    assert changed.endswith(text[place.end :])
    if place.phrase:
        assert (place.before, place.after) == ("", "")


@given(_texts)
def test_what_a_removed_posture_leaves_is_the_rest_of_the_caption(text: str) -> None:
    place = _places(text).posture
    left = place.remove(text)
    if not place.phrase:
        assert left == text
    else:
        rest = text[: place.start] + text[place.end :]
        assert [letter for letter in left if letter not in ", \r\n"] == [one for one in rest if one not in ", \r\n"]
