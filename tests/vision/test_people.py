"""Scene and likeness with what models saw: the person does not count as scene, and a face decides whose it is."""

from __future__ import annotations

import numpy as np
import pytest

from consistent_character.vision.signals.identity import Identities, IdentityGauge, told_apart
from consistent_character.vision.signals.likeness import Likeness
from consistent_character.vision.signals.pixels import EDGE, Floats, Mask, described
from consistent_character.vision.signals.resemblance import ResemblanceSignal
from consistent_character.vision.signals.scene import People, SceneSignal

CORNER = np.zeros((EDGE, EDGE), np.bool_)
CORNER[:12, :12] = True
"""Where pictures of this framing are said to show their backdrop."""


def picture(seed: int, scene: float, people: Mask) -> Floats:
    """A green, rough scene faded towards a gray wall, and somebody in red before it."""
    chance = np.random.default_rng(seed)
    wall = np.full((EDGE, EDGE, 3), 0.5) + chance.normal(0, 0.01, (EDGE, EDGE, 1))
    leaves = np.array((0.1, 0.5, 0.1)) + chance.uniform(-0.1, 0.3, (EDGE, EDGE, 1))
    rgb = wall + scene * (leaves - wall)
    rgb[people] = np.array((0.8, 0.2, 0.1)) + chance.normal(0, 0.01, (int(people.sum()), 3))
    return described(np.clip(rgb, 0, 1).astype(np.float32))


def somebody(left: int) -> Mask:
    """A person somewhere; towards the left they stand in the corner that is looked at."""
    mask = np.zeros((EDGE, EDGE), np.bool_)
    mask[4:, left : left + 18] = True
    return mask


WALLS, SCENES = [somebody(left) for left in (0, 10, 20, 30)], [somebody(left) for left in (3, 25, 14)]
TRAINING_SET = [picture(number, 0, mask) for number, mask in enumerate(WALLS)]
BASELINE = [picture(10 + number, 1, mask) for number, mask in enumerate(SCENES)]


def test_a_person_in_the_corner_is_no_scene() -> None:
    seeing = SceneSignal(TRAINING_SET, BASELINE, CORNER, People(WALLS, SCENES))
    blind = SceneSignal(TRAINING_SET, BASELINE, CORNER)
    here = somebody(0)
    for share in (0.0, 1.0):
        read = seeing.read(picture(50, share, here), 0, here)
        assert read == pytest.approx(share, abs=0.1)
    assert blind.read(picture(50, 1, here), 0) < 0.5


def test_a_scene_half_faded_is_mostly_lost() -> None:
    seeing = SceneSignal(TRAINING_SET, BASELINE, CORNER, People(WALLS, SCENES))
    here = somebody(15)
    assert seeing.read(picture(60, 0.5, here), 1, here) == pytest.approx(0.25, abs=0.1)
    assert not seeing.cannot_tell


def test_without_people_nothing_is_other_than_before() -> None:
    alone, nobody = (
        SceneSignal(TRAINING_SET, BASELINE, CORNER, people)
        for people in (None, People([None] * len(WALLS), [None] * len(SCENES)))
    )
    for seed, share in enumerate((0.0, 0.3, 1.0)):
        one = picture(70 + seed, share, somebody(25))
        assert alone.read(one, seed) == nobody.read(one, seed)
    assert alone.separation == nobody.separation


def test_somebody_who_fills_the_picture_is_read_by_the_region() -> None:
    seeing = SceneSignal(TRAINING_SET, BASELINE, CORNER, People(WALLS, SCENES))
    one = picture(80, 1, somebody(25))
    assert seeing.read(one, 0, np.ones((EDGE, EDGE), np.bool_)) == seeing.read(one, 0)


def face(person: int, picture: int) -> Floats:
    """Pictures of one person lie near to each other, as the model's 128 numbers do."""
    middle = np.random.default_rng(person).normal(size=128)
    spread = np.random.default_rng((person, picture)).normal(size=128)
    return np.asarray(0.07 * middle + 0.02 * spread, dtype=np.float32)


KNOWN = [face(0, number) for number in range(5)]
STRANGERS = [face(person, 0) for person in (1, 2, 3)]


def test_a_face_reads_one_for_the_character_and_zero_for_strangers() -> None:
    gauge = IdentityGauge(Identities([*KNOWN, None], [None, *STRANGERS]))
    assert gauge.separation.auc == 1
    assert np.mean([gauge.read(face(0, number)) for number in range(10, 20)]) == pytest.approx(1, abs=0.1)
    assert np.mean([gauge.read(face(person, 0)) for person in range(10, 20)]) == pytest.approx(0, abs=0.2)
    halfway = np.asarray((face(0, 30) + face(7, 0)) / 2, dtype=np.float32)
    assert 0.3 < gauge.read(halfway) < 0.8


def test_the_training_set_reads_one_on_average() -> None:
    gauge = IdentityGauge(Identities(KNOWN, STRANGERS))
    left_out = [IdentityGauge(Identities(KNOWN[:n] + KNOWN[n + 1 :], STRANGERS)).read(KNOWN[n]) for n in range(5)]
    assert np.mean(left_out) == pytest.approx(1, abs=0.05)
    assert gauge.separation.gap > 0.3


@pytest.mark.parametrize(
    ("known", "strangers"),
    [
        ([None] * 4, STRANGERS),
        ([KNOWN[0], None, None], STRANGERS),
        (KNOWN, [STRANGERS[0], None]),
        (KNOWN, [face(0, number) for number in (10, 11, 12)]),
    ],
)
def test_faces_that_tell_nothing_are_not_asked(known: list[Floats | None], strangers: list[Floats | None]) -> None:
    assert told_apart(Identities(known, strangers)) is None


def test_a_face_decides_and_its_lack_leaves_it_to_the_colours() -> None:
    alone = ResemblanceSignal(TRAINING_SET, TRAINING_SET, BASELINE)
    colours = Likeness(TRAINING_SET, TRAINING_SET, BASELINE)
    faces = Likeness(TRAINING_SET, TRAINING_SET, BASELINE, Identities(KNOWN[:4], STRANGERS))
    alike = Likeness(TRAINING_SET, TRAINING_SET, BASELINE, Identities(KNOWN[:4], KNOWN[2:]))
    assert [one.by_identity for one in (faces, colours, alike)] == [True, False, False]
    one = picture(90, 1, somebody(14))
    assert faces.read(one) == colours.read(one, face(0, 40)) == alike.read(one, face(0, 40)) == alone.read(one)
    assert faces.read(one, face(0, 40)) == pytest.approx(1, abs=0.2)
    assert faces.read(one, face(9, 0)) == pytest.approx(0, abs=0.3)
    assert faces.cannot_tell == "" and faces.separation.auc == 1
    assert (colours.cannot_tell, colours.separation) == (alone.cannot_tell, alone.separation)
