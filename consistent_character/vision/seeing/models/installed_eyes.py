"""All eyes that the libraries' folder has models for."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from consistent_character.vision.seeing.eyes import Eyes
from consistent_character.vision.seeing.models.mediapipe_eyes import MediaPipe
from consistent_character.vision.seeing.style_free import style_free_eyes


def installed_eyes(libraries: Path, name: str) -> Eyes:
    """Person, faces and pose, and identities where dlib is there too; `name` is what they are called.

    Raises:
        ImportError: a library is missing or broken.
        RuntimeError: a model's file is damaged.
    """
    photographs = MediaPipe(libraries)
    eyes = replace(style_free_eyes(), by=name, masks=photographs, faces=photographs, poses=photographs)
    if find_spec("dlib") is None:
        return eyes
    from consistent_character.vision.seeing.models.dlib_eyes import Dlib

    return replace(eyes, identities=Dlib(libraries))
