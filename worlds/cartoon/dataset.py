"""Draws the pictures that the checkpoint learns from, once, into one array on disk."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt

from worlds.cartoon.painter import SIZE, paint
from worlds.cartoon.scene import Scene, sample_scene

_CHUNK = 500


def scene_of(index: int) -> Scene:
    """The scene of picture `index`: the same at every call, on every machine."""
    return sample_scene(Random(2 * index))


def picture_of(index: int) -> npt.NDArray[np.uint8]:
    """Picture `index` as an array `(SIZE, SIZE, 3)`."""
    return np.asarray(paint(scene_of(index), Random(2 * index + 1)))


def _chunk(start: int) -> npt.NDArray[np.uint8]:
    return np.stack([picture_of(index) for index in range(start, start + _CHUNK)])


def pictures(count: int, folder: Path) -> npt.NDArray[np.uint8]:
    """The first `count` pictures, `(count, SIZE, SIZE, 3)`.

    Drawn where `folder` does not hold them yet, else mapped from disk.
    """
    path = folder / f"pictures-{count}.npy"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        drawn = np.lib.format.open_memmap(
            path.with_suffix(".part"), mode="w+", dtype=np.uint8, shape=(count, SIZE, SIZE, 3)
        )
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            for start, chunk in zip(range(0, count, _CHUNK), pool.map(_chunk, range(0, count, _CHUNK)), strict=True):
                drawn[start : start + _CHUNK] = chunk[: count - start]
        drawn.flush()
        path.with_suffix(".part").replace(path)
    array: npt.NDArray[np.uint8] = np.load(path, mmap_mode="r")
    return array
