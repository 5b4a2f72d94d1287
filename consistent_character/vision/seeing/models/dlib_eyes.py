"""Face identity by dlib's network (code Boost, models CC0), whose weights face_recognition_models brings.

Source: D. King, dlib's `face_recognition.py`: five landmarks, an aligned face of 150 pixels, 128 numbers; pictures of
one person lie within about .6. The 68 landmarks' model, which is not free for every use, is not read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from consistent_character.vision.seeing.eyes import Levels
from consistent_character.vision.seeing.models import LANDMARKS, WEIGHTS
from consistent_character.vision.seeing.seen import Face, Floats

_SMALLEST = 40
"""Pixels: narrower faces are too coarse to tell people apart."""
_OVERLAP = 0.3


class Dlib:
    """Turns a face into 128 numbers."""

    def __init__(self, libraries: Path) -> None:
        import dlib

        models = libraries / "face_recognition_models" / "models"
        self._landmarks = dlib.shape_predictor(str(models / LANDMARKS))
        self._network = dlib.face_recognition_model_v1(str(models / WEIGHTS))
        self._detector = dlib.get_frontal_face_detector()
        self._rectangle = dlib.rectangle

    def identity(self, levels: Levels, face: Face) -> Floats | None:
        """See `Identities`."""
        height, width = levels.shape[:2]
        found = self._rectangle(
            *(round(share * side) for share, side in zip(face.box, (width, height) * 2, strict=True))
        )
        if found.width() < _SMALLEST:
            return None
        box = self._own_box(levels, found)
        return np.asarray(self._network.compute_face_descriptor(levels, self._landmarks(levels, box)), dtype=np.float32)

    def _own_box(self, levels: Levels, found: Any) -> Any:
        """The landmarks were learnt in the boxes of dlib's own detector; where it finds none, the other's will do."""
        own = [box for box in self._detector(levels, 0) if _overlap(box, found) > _OVERLAP]
        return max(own, key=lambda box: _overlap(box, found)) if own else found


def _overlap(first: Any, second: Any) -> float:
    """Intersection over union, 0..1."""
    common = first.intersect(second).area()
    return float(common / max(first.area() + second.area() - common, 1))
