"""Person mask, faces and pose by MediaPipe's classic solutions, whose models are inside its wheel (Apache-2.0)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image

from consistent_character.vision.seeing.eyes import Levels
from consistent_character.vision.seeing.seen import MASK_EDGE, Face, Mask, Pose

_PACKAGES = ("mediapipe", "mediapipe.python.solutions")
_SURE_MASK = 0.3
"""Loose strands of hair belong to the person."""
_SMALLEST_PERSON = 0.01
_BORDER = 0.25
"""Faces that fill the picture are found when there is something around them."""
_SURE = 0.5
_SURE_FACE = 0.6
"""A coffee cup from above reaches .5."""


class MediaPipe:
    """Finds people in photographs; in drawings it hardly finds any."""

    def __init__(self, libraries: Path) -> None:
        _without_their_doors(libraries)
        from mediapipe.python.solutions import face_detection, pose, selfie_segmentation

        self._pose = pose.Pose(static_image_mode=True, model_complexity=1, min_detection_confidence=_SURE)
        self._outline = selfie_segmentation.SelfieSegmentation(model_selection=0)
        self._finders = [
            face_detection.FaceDetection(model_selection=far, min_detection_confidence=_SURE_FACE) for far in (1, 0)
        ]

    def person(self, levels: Levels) -> Mask | None:
        """See `PersonMasks`."""
        likely = Image.fromarray(np.asarray(self._outline.process(levels).segmentation_mask, dtype=np.float32))
        mask = np.asarray(likely.resize((MASK_EDGE, MASK_EDGE), Image.Resampling.BOX)) >= _SURE_MASK
        return mask if mask.mean() >= _SMALLEST_PERSON else None

    def faces(self, levels: Levels) -> tuple[Face, ...]:
        """See `Faces`: near and far, and once more with a border around the picture."""
        found = _first_found(self._faces, levels)
        return tuple(sorted(found, key=lambda face: -face.area))

    def pose(self, levels: Levels) -> Pose | None:
        """See `Poses`."""
        found = _first_found(self._poses, levels)
        return found[0] if found else None

    def _faces(self, levels: Levels, border: float) -> list[Face]:
        for finder in self._finders:
            found = [_face(one, border) for one in finder.process(levels).detections or ()]
            sure = [face for face in found if face.score >= _SURE_FACE]
            if sure:
                return sure
        return []

    def _poses(self, levels: Levels, border: float) -> list[Pose]:
        found = self._pose.process(levels)
        if not found.pose_landmarks:
            return []
        points = [(mark.x, mark.y, mark.visibility) for mark in found.pose_landmarks.landmark]
        world = [(mark.x, mark.y, mark.z) for mark in found.pose_world_landmarks.landmark]
        placed = np.asarray(points, dtype=np.float32)
        placed[:, :2] = placed[:, :2] * (1 + 2 * border) - border
        return [Pose(placed, np.asarray(world, dtype=np.float32))]


def _first_found(look: Callable[[Levels, float], list[Any]], levels: Levels) -> list[Any]:
    """What is found in the picture, else what is found with a border around it."""
    found = look(levels, 0.0)
    if found:
        return found
    down, across = (round(_BORDER * side) for side in levels.shape[:2])
    return look(np.pad(levels, ((down, down), (across, across), (0, 0)), mode="edge"), _BORDER)


def _face(found: Any, border: float) -> Face:
    box = found.location_data.relative_bounding_box
    corners = (box.xmin, box.ymin, box.xmin + box.width, box.ymin + box.height)
    left, top, right, bottom = (float(share * (1 + 2 * border) - border) for share in corners)
    return Face((left, top, right, bottom), float(found.score[0]))


def _without_their_doors(libraries: Path) -> None:
    """Let the packages' own `__init__` be: they would load OpenCV, matplotlib and more, and none of it is needed."""
    for name in _PACKAGES:
        package = ModuleType(name)
        package.__path__ = [str(libraries.joinpath(*name.split(".")))]
        sys.modules.setdefault(name, package)
