"""What a test's pictures read, on signals that are calibrated to the run itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import mean

import numpy as np
from PIL.Image import Image

from consistent_character.choosing.rendering import Planned
from consistent_character.choosing.result import PictureResult
from consistent_character.choosing.training_set import Reference, each_view_once, evenly
from consistent_character.choosing.verdict import Reading
from consistent_character.choosing.witness import Witness
from consistent_character.progress import Progress, Silent
from consistent_character.vision import features
from consistent_character.vision.seeing.sight import Sight
from consistent_character.vision.signals import pixels
from consistent_character.vision.signals.identity import Identities
from consistent_character.vision.signals.likeness import Likeness
from consistent_character.vision.signals.pixels import Floats, Mask, learn_regions
from consistent_character.vision.signals.scene import People, SceneSignal

CROWDED = (
    "Cannot tell, because the person fills the frame: the training images of this framing show hardly any backdrop."
)
ENOUGH = 40
"""Training pictures that are looked at, at the most."""
_DECODED = 2 * pixels.EDGE
"""Pixels a side that a file is decoded to before it is described."""
_BY_COLOURS = "colours and edges in their places"
_STRETCHED = "as a share of the best one's"
_NO_TWINS = (
    "Hardly two training pictures show the same view, so likeness is told as a share of the best iteration's, not to "
    "be compared with another run's: train on two or more pictures of each view for that."
)


class Instruments:
    """Scene and likeness, between the training set and the class word's pictures.

    `references` are all training pictures, `framed` those that are framed as the prompt asks for; `baseline` has a
    described picture for each seed, in the order of the request's. `people` and `faces` are what models saw in those of
    `framed` and in the baseline, as far as they are believed.
    """

    def __init__(
        self,
        references: Sequence[Reference],
        framed: Sequence[Reference],
        baseline: Sequence[Floats],
        people: People | None = None,
        faces: Identities | None = None,
    ) -> None:
        walls = [reference.pixels for reference in framed]
        everything = [reference.pixels for reference in references]
        regions = learn_regions(everything, walls)
        # Where models see the person, a wall of many colours hides nothing, and clothes of its colour are no wall.
        self._crowded = regions.crowded if people is None else people.fill_the_frame
        self.scene = SceneSignal(walls, baseline, regions.backdrop, people)
        self.likeness = Likeness(everything, walls, baseline, faces, each_view_once(references))

    @property
    def no_scene(self) -> str:
        """Why scenes mean nothing; empty if they do."""
        return CROWDED if self._crowded else self.scene.cannot_tell

    @property
    def cannot_tell(self) -> str:
        """Why scenes, or else likenesses, mean nothing; empty if both do."""
        return self.no_scene or self.likeness.cannot_tell

    def read(
        self, picture: Floats, number: int, person: Mask | None = None, face: Floats | None = None
    ) -> tuple[float, float]:
        """Scene and likeness of a described picture of the `number`-th seed; about 0..1, not clipped.

        `person` is where somebody was seen in it and `face` whose it is, if models saw that.
        """
        return self.scene.read(picture, number, person), self.likeness.read(picture, face)


class Looker:
    """Looks at pictures once each, and again only where the instruments are calibrated anew.

    With `sight` also models look at them; whether these are believed is decided with each calibration.
    """

    def __init__(
        self, references: Sequence[Reference], framed: Sequence[Reference], sight: Sight | None = None
    ) -> None:
        self._references, self._framed = references, evenly(framed, ENOUGH)
        paths = [reference.path for reference in self._framed]
        self._witness = Witness(sight, paths, [reference.path for reference in evenly(references, ENOUGH)])
        self._described: dict[str, Floats] = {}
        self._read: dict[str, tuple[float, float]] = {}
        self._stretch = 1.0

    def calibrate(self, baseline: Sequence[Planned], progress: Progress | None = None) -> Instruments:
        """Take the class word's pictures for the other end; what was read before counts no more.

        Raises:
            Interrupted: the user stopped it.
        """
        self._read.clear()
        paths, described = [one.path for one in baseline], [self.described(one) for one in baseline]
        self._witness.hear(paths, progress or Silent())
        people, faces = self._witness.people(paths), self._witness.faces(paths)
        self.instruments = Instruments(self._references, self._framed, described, people, faces)
        return self.instruments

    def see(self, pictures: Sequence[Planned], progress: Progress) -> None:
        """Let the models, where they are believed, look at pictures that are read next.

        Raises:
            Interrupted: the user stopped it.
        """
        self._witness.look([one.path for one in pictures], progress)

    def likeness_from(self, row: Sequence[Planned]) -> str:
        """What the likeness of these pictures is read from, and why, in words."""
        by_identity = self.instruments.likeness.by_identity
        faces = sum(self._witness.face(one.path) is not None for one in row) if by_identity else 0
        some = f"the face in {faces} of {len(row)} pictures, {_BY_COLOURS} in the others"
        by = _BY_COLOURS if faces == 0 else "the face" if faces == len(row) else some
        if self._stretch > 1:
            by = f"{by}, {_STRETCHED}"
        return f"{by}. {self._witness.reason}".rstrip(" .")

    @property
    def note(self) -> str:
        """What is to be told of the last `readings`; empty where they are on a scale of their own."""
        return _NO_TWINS if self._stretch > 1 else ""

    def take(self, planned: Planned, image: Image) -> None:
        """Look at a picture while it is at hand, so that it need not be decoded; in any thread."""
        self._described[planned.key] = pixels.described(features.from_image(image, _DECODED))

    def described(self, planned: Planned) -> Floats:
        """A picture as the signals look at it."""
        if planned.key not in self._described:
            self._described[planned.key] = pixels.described(features.load_rgb(planned.path, _DECODED))
        return self._described[planned.key]

    def readings(self, rows: Mapping[int, Sequence[Planned]]) -> list[Reading]:
        """Of all iterations that are compared, by their steps in order, on one scale of likeness."""
        found = [self._reading(step, rows[step]) for step in sorted(rows)]
        best = max((mean(one.likeness) for one in found if one.likeness), default=0.0)
        self._stretch = self.instruments.likeness.stretch(best)
        return [replace(one, likeness=tuple(value / self._stretch for value in one.likeness)) for one in found]

    def _reading(self, step: int, row: Sequence[Planned]) -> Reading:
        """The figures of the seeds that count for both signals: resampled together, they stay paired."""
        counting = [number for number in range(len(row)) if self.instruments.scene.counts(number)]
        both = [self._both(row[number], number) for number in counting]
        return Reading(step, tuple(scene for scene, _ in both), tuple(likeness for _, likeness in both))

    def result(self, planned: Planned, number: int, path: str) -> PictureResult:
        """A picture's own figures, within 0..1: what is averaged does not need to be, the ends are averages too.

        On the scale of the last `readings`.
        """
        scene, likeness = self._both(planned, number)
        scene, likeness = (float(np.clip(value, 0, 1)) for value in (scene, likeness / self._stretch))
        return PictureResult(planned.request.seed, path, scene, likeness, self.instruments.scene.counts(number))

    def _both(self, planned: Planned, number: int) -> tuple[float, float]:
        if planned.key not in self._read:
            seen = self._witness.person(planned.path), self._witness.face(planned.path)
            self._read[planned.key] = self.instruments.read(self.described(planned), number, *seen)
        return self._read[planned.key]
