"""What was seen in one picture, and how that is written down: a line of JSON and the numbers behind it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

MASK_EDGE = 96
"""Masks are kept at this size, in pixels; other shapes of pictures are squeezed, as `features.load_rgb` does."""
STYLE_FREE = "colour, layout and edges"
"""Who looked where no model did."""
_POINTS = 33


@dataclass(frozen=True)
class Face:
    """A face: its rectangle `(left, top, right, bottom)` in shares of the picture, and how sure the model is, 0..1."""

    box: tuple[float, float, float, float]
    score: float

    @property
    def area(self) -> float:
        """Share of the picture, 0..1."""
        left, top, right, bottom = self.box
        return max(0.0, right - left) * max(0.0, bottom - top)


@dataclass(frozen=True, eq=False)
class Pose:
    """The 33 landmarks of MediaPipe's pose.

    `points` `(33, 3)`: x and y in shares of the picture (outside 0..1 where they lie outside it), and how visible each
    is, 0..1. `world` `(33, 3)`: metres from the middle of the hips.
    """

    points: Floats
    world: Floats


@dataclass(frozen=True, eq=False)
class Seen:
    """What was seen in a picture file; `error` is why it could not be read, and all else means nothing then.

    `by` names who looked. `size` is width and height in pixels. `hashes` are perceptual and difference hash. `person`
    `(MASK_EDGE, MASK_EDGE)` is where somebody is, `identity` `(128,)` the largest face's: pictures of one person lie
    near to each other. Each is None where nothing was found. `sharpness` is the person's, 0 (blurred) to 1 (crisp).
    `background` is `features.background_features` without the person, None where too little of it is seen.
    """

    by: str = ""
    error: str = ""
    size: tuple[int, int] = (0, 0)
    hashes: tuple[int, int] = (0, 0)
    sharpness: float = 0.0
    faces: tuple[Face, ...] = ()
    person: Mask | None = None
    pose: Pose | None = None
    identity: Floats | None = None
    background: Floats | None = None


def encoded(seen: Seen) -> bytes:
    """One line of JSON, then the arrays it names."""
    arrays = {name: array for name, array in _arrays(seen).items() if array is not None}
    header = {
        "by": seen.by,
        "error": seen.error,
        "size": seen.size,
        "hashes": [format(code, "016x") for code in seen.hashes],
        "sharpness": seen.sharpness,
        "faces": [[*face.box, face.score] for face in seen.faces],
        "arrays": [[name, len(array)] for name, array in arrays.items()],
    }
    return b"".join((json.dumps(header).encode(), b"\n", *arrays.values()))


def decoded(content: bytes) -> Seen:
    """What `encoded` wrote.

    Raises:
        ValueError: it is something else.
    """
    line, _, raw = content.partition(b"\n")
    try:
        header = json.loads(line)
        return _with_arrays(_from_header(header), dict(_split(header["arrays"], raw)))
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(f"This says nothing about a picture: {error}") from error


def _arrays(seen: Seen) -> dict[str, bytes | None]:
    pose = seen.pose
    return {
        "person": None if seen.person is None else np.packbits(seen.person).tobytes(),
        "points": _bytes(pose.points if pose else None),
        "world": _bytes(pose.world if pose else None),
        "identity": _bytes(seen.identity),
        "background": _bytes(seen.background),
    }


def _bytes(array: Floats | None) -> bytes | None:
    return None if array is None else array.astype("<f4").tobytes()


def _floats(raw: bytes | None) -> Floats | None:
    return None if raw is None else np.frombuffer(raw, "<f4").astype(np.float32)


def _split(lengths: list[list[Any]], raw: bytes) -> list[tuple[str, bytes]]:
    if sum(length for _, length in lengths) != len(raw):
        raise ValueError("What was written down about a picture is cut short.")
    ends = np.cumsum([length for _, length in lengths]).tolist()
    return [(name, raw[end - length : end]) for (name, length), end in zip(lengths, ends, strict=True)]


def _from_header(header: dict[str, Any]) -> Seen:
    width, height = header["size"]
    perceptual, difference = (int(code, 16) for code in header["hashes"])
    faces = tuple(Face((left, top, right, bottom), score) for left, top, right, bottom, score in header["faces"])
    by, error, sharpness = str(header["by"]), str(header["error"]), float(header["sharpness"])
    return Seen(by, error, (int(width), int(height)), (perceptual, difference), sharpness, faces)


def _with_arrays(seen: Seen, raw: dict[str, bytes]) -> Seen:
    points, world = _floats(raw.get("points")), _floats(raw.get("world"))
    pose = None
    if points is not None and world is not None:
        pose = Pose(points.reshape(_POINTS, 3), world.reshape(_POINTS, 3))
    person = np.unpackbits(np.frombuffer(raw["person"], np.uint8)).astype(np.bool_) if "person" in raw else None
    return replace(
        seen,
        person=None if person is None else person.reshape(MASK_EDGE, MASK_EDGE),
        pose=pose,
        identity=_floats(raw.get("identity")),
        background=_floats(raw.get("background")),
    )
