"""Which eyes to believe for one set of pictures: models of photographs see nobody in drawings, or nonsense."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from consistent_character.vision.seeing.seen import STYLE_FREE, Floats, Mask, Seen
from consistent_character.vision.seeing.style_free import scaled

_SHARE = 0.5
_SURE = 0.75
"""How sure the face model is in the middle of a set: .84 and more in photographs, .62 to .69 in the cartoon world."""
_FEWEST = 4
"""Training pictures that must show a face for it to be known."""


@dataclass(frozen=True)
class Trust:
    """Whether the models' person masks and identities are to be used for a set, and why, in a sentence."""

    masks: bool
    identity: bool
    reason: str


def trust(training_set: Sequence[Seen], baseline: Sequence[Seen], hint: str = "") -> Trust:
    """Decide it by what was seen in the training set and in what the class word draws; `hint` is said where none is.

    Masks need a person in at least half of either, and faces of which the model is as sure as in photographs;
    identities also a face that can be told apart in at least half of the training pictures, four of them, and in two of
    the class word's.
    """
    looked = [seen for seen in (*training_set, *baseline) if not seen.error]
    if not any(seen.by != STYLE_FREE for seen in looked):
        return Trust(False, False, _sentence("No models look at these pictures", hint))
    people, strangers = (_count(pictures, "person") for pictures in (training_set, baseline))
    if people < _SHARE * len(training_set) or strangers < _SHARE * len(baseline):
        return Trust(False, False, _sentence(f"The models see nobody in most pictures ({_of(people, training_set)})"))
    sure = _median_score(looked)
    if sure < _SURE:
        return Trust(False, False, _sentence(f"The models are not sure of the faces they find ({sure:.2f} of 1)"))
    faces, known = (_count(pictures, "identity") for pictures in (training_set, baseline))
    if faces < max(_FEWEST, _SHARE * len(training_set)) or known < min(2, len(baseline)):
        told = f"People are recognised; faces are told apart in {_of(faces, training_set)} only"
        return Trust(True, False, f"{told}, so that likeness is read from {STYLE_FREE}.")
    who = next(seen.by for seen in looked if seen.by != STYLE_FREE)
    return Trust(True, True, f"People and faces are recognised in {_of(faces, training_set)} (by {who}).")


def person_masks(seen: Sequence[Seen], edge: int) -> list[Mask | None]:
    """Where somebody is in each picture, `(edge, edge)`; None: nobody was seen."""
    return [None if one.person is None else scaled(one.person, edge) for one in seen]


def identities(seen: Sequence[Seen]) -> list[Floats | None]:
    """Whose face it is in each picture, `(128,)`; None: no face was seen well enough."""
    return [one.identity for one in seen]


def _count(pictures: Sequence[Seen], name: str) -> int:
    return sum(getattr(seen, name) is not None for seen in pictures)


def _median_score(pictures: Sequence[Seen]) -> float:
    scores = [seen.faces[0].score for seen in pictures if seen.faces]
    return statistics.median(scores) if scores else 0.0


def _of(number: int, pictures: Sequence[Seen]) -> str:
    return f"{number} of {len(pictures)} training pictures"


def _sentence(why: str, hint: str = "") -> str:
    return f"{why}, so that {STYLE_FREE} are read instead, compared within this set. {hint}".rstrip()
