"""How many pictures live while the grid is drawn, counted in the web UI's process."""

from __future__ import annotations

import gc
import time

from modules import processing
from PIL import Image

_KEY = "_tests_grid_script"
_LOOKS, _PAUSE = 3, 0.2
"""How often pictures are counted, and the seconds between: other threads take a moment to let go of theirs."""


def watch_pictures() -> None:
    """Count from now on, before every batch."""
    original = processing.process_images
    counts: list[int] = []

    def counting(p):  # type: ignore[no-untyped-def]
        counts.append(min(_living() for _ in range(_LOOKS)))
        return original(p)

    setattr(processing, _KEY, (original, counts))
    processing.process_images = counting


def _living() -> int:
    time.sleep(_PAUSE)
    gc.collect()
    return sum(isinstance(thing, Image.Image) and thing.size == (96, 96) for thing in gc.get_objects())


def most_pictures() -> list[int]:
    """The largest count, and how many batches there were; counting ends."""
    original, counts = getattr(processing, _KEY)
    processing.process_images = original
    delattr(processing, _KEY)
    return [max(counts), len(counts)]
