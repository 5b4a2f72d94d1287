"""What a cell's pictures read: measured between the training set and the class word's picture of the same prompt.

One picture of a prompt is no set: what a forest test calibrates on many seeds is here read by what is nearer. Where a
prompt changes all colours, as an art style does, they tell nothing of who it is; only a face that is recognised does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from consistent_character.choosing.battery.groups import Where
from consistent_character.choosing.signals.copying import Copying
from consistent_character.choosing.signals.nearness import blurred, distance
from consistent_character.choosing.signals.signal import Signal
from consistent_character.choosing.training_set import Reference, evenly
from consistent_character.vision import features
from consistent_character.vision.signals.identity import IdentityGauge
from consistent_character.vision.signals.pixels import EDGE, Floats, Mask, learn_regions, positioned
from consistent_character.vision.signals.yardstick import Yardstick

LIKE, LOST = 0.5, 0.25
"""Likeness from here on is the character, and below is somebody else; between them it cannot be told."""
FACE, BY_COLOURS = "the face", "colours of the face in their places"
"""What likeness is read from."""
THERE = 0.5
"""From here on more of the picture is what was asked for than what the training set shows there."""
SAME = 2.0
"""Steps of Lab: pictures that differ by less are the same to the eye."""
_ENOUGH = 16
_REACH = 0.05
_COLOURS, _SURFACES = (1.5, 1.5, 1.5), (1.5, 1.5, 1.5, 1.5, 1.5)
_CLEAR_CONTRAST = 2.5
_CLEAR_GAP = 0.15
_STRANGE = 1.4
"""A stranger is so many times as far from the training pictures as these are from each other."""
_ALIKE = 1e-6

_THERE_SOURCE = (
    "Share of that region's pixels that are nearer (Lab and roughness) to the class word's picture of the same prompt "
    "and seed than to the training pictures of the same framing"
)
_LIKE_SOURCE = "0 is whom the class word draws with the same prompt and seed, 1 the training set's pictures"
_DIFFERENCE_SOURCE = "Mean difference in blurred Lab; 20 steps or more are 1"
_FAR = 20.0


class Likeness(NamedTuple):
    """How like the character a cell's pictures are, and what that was read from."""

    signal: Signal
    by: str


class Reader:
    """Reads the pictures of prompts of one framing; `framed` are the training pictures of that framing."""

    def __init__(self, references: Sequence[Reference], framed: Sequence[Reference]) -> None:
        self.framed = framed
        few = evenly(framed, _ENOUGH)
        self._training = [reference.pixels for reference in few]
        self._copying = Copying([blurred(pixels) for pixels in self._training])
        regions = learn_regions([reference.pixels for reference in references], self._training)
        self._regions = _where(regions.backdrop, regions.person)

    def copying(self, pictures: Sequence[Floats]) -> Signal:
        """Whether they are copies of training pictures."""
        return self._copying.signal([blurred(picture) for picture in pictures])

    def difference(self, pictures: Sequence[Floats], baseline: Sequence[Floats]) -> Signal:
        """How far they are from the class word's pictures of the same seeds."""
        pairs = zip(pictures, baseline, strict=True)
        steps = float(np.mean([distance(blurred(one), blurred(other)) for one, other in pairs]))
        reason = f"It differs from the class word's picture by {steps:.1f} steps of Lab."
        return Signal("difference", min(1.0, steps / _FAR), "neither", reason, _DIFFERENCE_SOURCE, bad=steps < SAME)

    def asked_for(self, where: Where, pictures: Sequence[Floats], baseline: Sequence[Floats]) -> Signal | None:
        """How much of what was asked for is there; None where that cannot be told by looking."""
        if where == "nowhere":
            return None
        region = self._regions[where]
        walls, scenes = ([picture[region] for picture in some] for some in (self._training, baseline))
        yardstick = Yardstick(walls, scenes, _SURFACES)
        usual = float(np.median([yardstick.distance_from_zero(wall, place) for place, wall in enumerate(walls)]))
        drawn = float(np.mean([yardstick.distance_from_zero(scene) for scene in scenes]))
        if drawn < _CLEAR_CONTRAST * max(usual, _ALIKE):
            return None
        share = float(np.mean([yardstick.share_of_one(picture[region]) for picture in pictures]))
        kept = share >= THERE
        lost = f"Only {share:.0%} of it is there, the rest is nearer to the training pictures."
        reason = f"{share:.0%} of it is there." if kept else lost.replace("Only 0%", "Nothing")
        return Signal("asked for", share, "high", reason, _THERE_SOURCE, bad=not kept)

    def likeness(self, where: Where, pictures: Sequence[Floats], baseline: Sequence[Floats]) -> Likeness | None:
        """How like the character the person is, by colours where no prompt has changed them; None: cannot be told."""
        if where == "everywhere":
            return None
        region = self._regions["face"]
        strangers, own = ([positioned(one, _REACH)[region] for one in some] for some in (baseline, self._training))
        yardstick = Yardstick(strangers, own, _COLOURS)
        low = float(np.mean([yardstick.read(stranger) for stranger in strangers]))
        high = float(np.mean([yardstick.read(one, one_owner=place) for place, one in enumerate(own)]))
        if high - low < _CLEAR_GAP or not _strange(strangers, own):
            return None
        raw = float(np.mean([yardstick.read(positioned(picture, _REACH)[region]) for picture in pictures]))
        return likeness_of((raw - low) / (high - low), BY_COLOURS)


def _strange(strangers: Sequence[Floats], own: Sequence[Floats]) -> bool:
    """Whether the class word's people are clearly others: by chance it may draw somebody who looks alike."""
    yardstick = Yardstick(own, strangers, _COLOURS)
    usual = np.mean([yardstick.distance_from_zero(one, place) for place, one in enumerate(own)])
    return bool(np.mean([yardstick.distance_from_zero(stranger) for stranger in strangers]) >= _STRANGE * usual)


def by_face(gauge: IdentityGauge | None, faces: Sequence[Floats | None]) -> Likeness | None:
    """Likeness by the faces that were recognised; None where none was."""
    known = [face for face in faces if face is not None]
    if gauge is None or not known:
        return None
    by = FACE if len(known) == len(faces) else f"{FACE} in {len(known)} of {len(faces)} pictures"
    return likeness_of(float(np.mean([gauge.read(face) for face in known])), by)


def likeness_of(value: float, by: str) -> Likeness:
    """A reading of about 0..1, in words."""
    value = float(np.clip(value, 0, 1))
    whom = "the character" if value >= LIKE else "somebody else" if value < LOST else "neither clearly"
    reason = f"It is {whom} ({value:.2f}), by {by}."
    return Likeness(Signal("likeness", value, "high", reason, _LIKE_SOURCE, bad=value < LOST), by)


def _where(backdrop: Mask, person: Mask) -> Mapping[str, Mask]:
    """The regions of a portrait, by what is seen there. Hair and body are about where a closeup has them."""
    y, x = (np.mgrid[:EDGE, :EDGE] + 0.5) / EDGE
    face = ((x - 0.5) / 0.2) ** 2 + ((y - 0.5) / 0.24) ** 2 <= 1
    head = features.centre_ellipse(EDGE, EDGE) & (y < 0.55)
    return {
        "backdrop": backdrop,
        "body": (y > 0.82) & (np.abs(x - 0.5) < 0.35),
        "hair": head & ~face & (person | (y < 0.35)),
        "face": face,
        "everywhere": np.ones((EDGE, EDGE), dtype=np.bool_),
    }
