"""What can look at a picture, as Protocols: each of them can be another model, a style-free reading, or a fake.

Pictures are levels `(height, width, 3)`, uint8, sRGB, in their own shape; masks of a person are
`(MASK_EDGE, MASK_EDGE)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from consistent_character.vision.seeing.seen import Face, Floats, Mask, Pose

Levels = npt.NDArray[np.uint8]


class PersonMasks(Protocol):
    """Tells a person from what is behind."""

    def person(self, levels: Levels) -> Mask | None:
        """Where somebody is; None: nobody."""


class Faces(Protocol):
    """Finds faces."""

    def faces(self, levels: Levels) -> tuple[Face, ...]:
        """All faces, the largest first."""


class Poses(Protocol):
    """Finds how somebody stands."""

    def pose(self, levels: Levels) -> Pose | None:
        """The landmarks of one person; None: nobody."""


class Identities(Protocol):
    """Tells people apart by their faces."""

    def identity(self, levels: Levels, face: Face) -> Floats | None:
        """The face as a vector `(128,)`; None: not seen well enough."""


class Sharpness(Protocol):
    """Tells a crisp picture from a blurred one."""

    def sharpness(self, levels: Levels, person: Mask | None) -> float:
        """How sharp the person is, 0..1, 1 is crisp; where nobody is seen, the place where somebody usually stands."""


class Backgrounds(Protocol):
    """Describes what is behind the person."""

    def background(self, levels: Levels, person: Mask | None) -> Floats | None:
        """`features.background_features` without the person; None: too little of it is seen."""


class Hashes(Protocol):
    """Finds the same picture again."""

    def hashes(self, levels: Levels) -> tuple[int, int]:
        """Perceptual and difference hash, 64 bits each; compare with `features.hamming`."""


@dataclass(frozen=True)
class Eyes:
    """All that look at one picture. `by` names them, with their versions, to people."""

    by: str
    masks: PersonMasks
    faces: Faces
    poses: Poses
    identities: Identities
    sharpness: Sharpness
    backgrounds: Backgrounds
    hashes: Hashes
