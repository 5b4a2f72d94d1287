"""Eyes that need no model: they recognise nobody, and see the same in a photograph, a painting and a cartoon."""

from __future__ import annotations

import numpy as np
from PIL import Image

from consistent_character.vision import features
from consistent_character.vision.seeing.eyes import Eyes, Levels
from consistent_character.vision.seeing.seen import STYLE_FREE, Face, Floats, Mask, Pose

EDGE = 128
"""Pictures are looked at this size, in pixels, so that sharpness compares between sizes."""
_LEAST_PIXELS = 80
"""Backdrop pixels needed at `features.FEATURE_EDGE`: a thirtieth of the picture."""
_OUTLINE = 3
"""Pixels around the person that are mixed of both."""


class Nobody:
    """Sees no person, no face, no pose: where no model is."""

    def person(self, levels: Levels) -> Mask | None:
        """None."""
        return None

    def faces(self, levels: Levels) -> tuple[Face, ...]:
        """None at all."""
        return ()

    def pose(self, levels: Levels) -> Pose | None:
        """None."""
        return None

    def identity(self, levels: Levels, face: Face) -> Floats | None:
        """None."""
        return None


class Surfaces:
    """Sharpness, backdrop and hashes, by `features`."""

    def sharpness(self, levels: Levels, person: Mask | None) -> float:
        """See `Sharpness`."""
        inside = None if person is None else scaled(person, EDGE)
        return features.sharpness(_small(levels, EDGE), inside)

    def background(self, levels: Levels, person: Mask | None) -> Floats | None:
        """See `Backgrounds`."""
        rgb = _small(levels, features.FEATURE_EDGE)
        if person is None:
            return features.background_features(rgb)
        behind = ~grown(scaled(person, features.FEATURE_EDGE), _OUTLINE)
        return features.background_features(rgb, behind) if behind.sum() >= _LEAST_PIXELS else None

    def hashes(self, levels: Levels) -> tuple[int, int]:
        """See `Hashes`."""
        rgb = _small(levels, EDGE)
        return features.perceptual_hash(rgb), features.difference_hash(rgb)


def style_free_eyes() -> Eyes:
    """What is always there."""
    nobody, surfaces = Nobody(), Surfaces()
    return Eyes(STYLE_FREE, nobody, nobody, nobody, nobody, surfaces, surfaces, surfaces)


def _small(levels: Levels, edge: int) -> Floats:
    return features.from_image(Image.fromarray(levels), edge)


def scaled(mask: Mask, edge: int) -> Mask:
    """A mask at another size, `(edge, edge)`: set where it is by at least half."""
    plane = Image.fromarray(mask.astype(np.uint8) * 255).resize((edge, edge), Image.Resampling.BOX)
    return np.asarray(np.asarray(plane) >= 128, dtype=np.bool_)


def grown(mask: Mask, pixels: int) -> Mask:
    """A mask with that many pixels more on all sides, the same shape."""
    size = 2 * pixels + 1
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(mask, pixels), (size, size))
    return np.asarray(windows.any(axis=(-2, -1)), dtype=np.bool_)
