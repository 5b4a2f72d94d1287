"""For each set of pictures it is decided, and said, whether models are to be believed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from consistent_character.vision.seeing.seen import MASK_EDGE, STYLE_FREE, Face, Seen
from consistent_character.vision.seeing.style_free import grown
from consistent_character.vision.seeing.trust import identities, person_masks, trust

SOMEBODY = np.zeros((MASK_EDGE, MASK_EDGE), np.bool_)
SOMEBODY[20:, 30:60] = True
FACE = Face((0.3, 0.2, 0.6, 0.5), 0.9)
KNOWN = Seen("models 1.0", person=SOMEBODY, faces=(FACE,), identity=np.ones(128, np.float32))
FROM_BEHIND = replace(KNOWN, faces=(), identity=None)
NOBODY = Seen("models 1.0")
DRAWN = replace(KNOWN, faces=(replace(FACE, score=0.62),))
UNREADABLE = Seen("models 1.0", error="it is cut short")


def test_photographs_are_read_by_models() -> None:
    decided = trust([KNOWN] * 8 + [FROM_BEHIND] * 2, [KNOWN] * 3)
    assert (decided.masks, decided.identity) == (True, True)
    assert "8 of 10 training pictures" in decided.reason and "models 1.0" in decided.reason


def test_without_models_it_says_how_to_get_them() -> None:
    decided = trust([Seen(STYLE_FREE)] * 5, [Seen(STYLE_FREE)] * 3, "To have them, run: this")
    assert (decided.masks, decided.identity) == (False, False)
    assert STYLE_FREE in decided.reason and decided.reason.endswith("run: this")


@pytest.mark.parametrize(
    ("training_set", "baseline", "masks", "why"),
    [
        ([NOBODY] * 6 + [KNOWN] * 4, [KNOWN] * 3, False, "see nobody in most pictures (4 of 10"),
        ([KNOWN] * 10, [NOBODY] * 2 + [KNOWN], False, "see nobody in most pictures"),
        ([DRAWN] * 10, [DRAWN] * 3, False, "not sure of the faces they find (0.62 of 1)"),
        ([FROM_BEHIND] * 6 + [KNOWN] * 4, [KNOWN] * 3, True, "told apart in 4 of 10 training pictures only"),
        ([KNOWN] * 3, [KNOWN] * 3, True, "3 of 3 training pictures only"),
        ([KNOWN] * 10, [FROM_BEHIND] * 2 + [KNOWN], True, "likeness is read from"),
        ([UNREADABLE] * 6 + [KNOWN] * 4, [KNOWN] * 3, False, "nobody"),
        ([UNREADABLE] * 3, [UNREADABLE], False, "No models"),
        ([], [], False, "No models"),
    ],
)
def test_where_models_see_little_the_set_itself_is_read(
    training_set: list[Seen], baseline: list[Seen], masks: bool, why: str
) -> None:
    decided = trust(training_set, baseline)
    assert (decided.masks, decided.identity) == (masks, False)
    assert why in decided.reason and STYLE_FREE in decided.reason


def test_masks_and_identities_keep_their_places() -> None:
    masks = person_masks([KNOWN, NOBODY], 48)
    assert masks[0] is not None and masks[0].shape == (48, 48) and masks[1] is None
    assert masks[0].mean() == pytest.approx(SOMEBODY.mean(), abs=0.01)
    assert masks[0][30, 20] and not masks[0][5, 20]
    faces = identities([NOBODY, KNOWN])
    assert faces[0] is None and faces[1] is not None


def test_a_mask_grows_on_all_sides_and_not_around_the_edge() -> None:
    mask = np.zeros((9, 9), np.bool_)
    mask[0, 4] = True
    expected = np.zeros((9, 9), np.bool_)
    expected[:3, 2:7] = True
    assert np.array_equal(grown(mask, 2), expected)
