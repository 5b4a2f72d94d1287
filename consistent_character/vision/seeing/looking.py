"""Look at one picture file with all eyes."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
from PIL import Image, ImageOps

from consistent_character.vision import features
from consistent_character.vision.seeing.eyes import Eyes, Levels
from consistent_character.vision.seeing.seen import Face, Floats, Seen

LOOK_EDGE = 768
"""The longest side, in pixels, at which pictures are looked at: larger ones are scaled down."""


def look(content: bytes, eyes: Eyes) -> Seen:
    """What `eyes` see in the bytes of a picture file; a broken one gives a `Seen` with an error."""
    try:
        levels, size = _levels(content)
    except features.NONSENSE as error:
        return Seen(by=eyes.by, error=f"it is no picture that can be read ({error})")
    except OSError as error:
        return Seen(by=eyes.by, error=f"it is cut short or no picture ({error})")
    return replace(_looked_at(levels, eyes), size=size)


def _levels(content: bytes) -> tuple[Levels, tuple[int, int]]:
    with Image.open(io.BytesIO(content)) as opened:
        upright = ImageOps.exif_transpose(opened) or opened
        size = upright.size
        image = upright.convert("RGB")
    image.thumbnail((LOOK_EDGE, LOOK_EDGE), reducing_gap=3.0)
    return np.array(image, dtype=np.uint8), size


def _looked_at(levels: Levels, eyes: Eyes) -> Seen:
    faces, pose = eyes.faces.faces(levels), eyes.poses.pose(levels)
    # A model of people's outlines finds one in any picture; without a face or a body it means nothing.
    person = eyes.masks.person(levels) if faces or pose else None
    return Seen(
        by=eyes.by,
        hashes=eyes.hashes.hashes(levels),
        sharpness=eyes.sharpness.sharpness(levels, person),
        faces=faces,
        person=person,
        pose=pose,
        identity=_identity(levels, faces, eyes),
        background=eyes.backgrounds.background(levels, person),
    )


def _identity(levels: Levels, faces: tuple[Face, ...], eyes: Eyes) -> Floats | None:
    return eyes.identities.identity(levels, faces[0]) if faces else None
