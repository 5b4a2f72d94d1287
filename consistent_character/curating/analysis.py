"""What one picture is like: hashes, scores and features, kept in the folder's cache under the file's content."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from consistent_character.character.folder import Pair
from consistent_character.character.journal import Json
from consistent_character.curating import duplicates
from consistent_character.prompts import infotext
from consistent_character.prompts.cells import TUTORIAL, Cell, Vocabulary, cell_of
from consistent_character.vision import features

EDGE = 128
"""Pictures are looked at this size, in pixels, so that sharpness compares between sizes."""
_VERSION = "curate-1"
_ENOUGH = 5
"""Fewer pictures than this cannot say what is usual among them."""


class AnalysisCache(Protocol):
    """Where an analysis is kept between runs."""

    def cached(self, key: str) -> Json:
        """What was stored under `key`, or None."""

    def store(self, key: str, value: Json) -> None:
        """Keep something under `key`."""


@dataclass(frozen=True)
class Analysis:
    """What a picture says by itself. `sharpness`: 0..1, 1 is crisp. `blankness`: 0..1, 1 is one flat colour."""

    hashes: tuple[int, int]
    thumbnail: features.Floats
    sharpness: float
    blankness: float
    background: features.Floats
    person: features.Floats

    def to_json(self) -> dict[str, Json]:
        """As a JSON document; vectors are rounded to four digits, the thumbnail to 256 levels."""
        return {
            "hashes": [format(code, "016x") for code in self.hashes],
            "thumbnail": base64.b64encode(np.round(self.thumbnail * 255).astype(np.uint8).tobytes()).decode(),
            "sharpness": round(self.sharpness, 4),
            "blankness": round(self.blankness, 4),
            "background": [round(float(value), 4) for value in self.background],
            "person": [round(float(value), 4) for value in self.person],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Analysis:
        """The analysis that `to_json` wrote."""
        levels = np.frombuffer(base64.b64decode(document["thumbnail"]), dtype=np.uint8)
        edge = duplicates.THUMBNAIL_EDGE
        perceptual, difference = (int(code, 16) for code in document["hashes"])
        return cls(
            (perceptual, difference),
            np.asarray(levels.reshape(edge, edge, 3) / 255, dtype=np.float32),
            float(document["sharpness"]),
            float(document["blankness"]),
            np.asarray(document["background"], dtype=np.float32),
            np.asarray(document["person"], dtype=np.float32),
        )


def look_at(path: Path) -> Analysis:
    """The analysis of a picture file.

    Raises:
        OSError: it cannot be read, or is no whole picture.
    """
    rgb = features.load_rgb(path, EDGE)
    return Analysis(
        hashes=(features.perceptual_hash(rgb), features.difference_hash(rgb)),
        thumbnail=duplicates.thumbnail(rgb),
        sharpness=features.sharpness(rgb),
        blankness=features.blankness(rgb),
        background=features.background_features(rgb),
        person=features.person_features(rgb),
    )


def remembered(path: Path, cache: AnalysisCache) -> Analysis:
    """`look_at`, once for every content: a picture seen before, under whatever name, is not decoded again.

    Raises:
        OSError: the file cannot be read, or is no whole picture.
    """
    key = f"{_VERSION}:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    stored = cache.cached(key)
    if isinstance(stored, dict):
        return Analysis.from_json(stored)
    document = look_at(path).to_json()
    cache.store(key, document)
    # Rounded the first time as well: a plan is the same whether its analyses were stored before or not.
    return Analysis.from_json(document)


def cell_asked_for(pair: Pair, vocabulary: Vocabulary = TUTORIAL) -> Cell | None:
    """The cell that the picture was asked for, by its caption, or by the parameters inside a PNG without one.

    None where neither names a zoom and a viewing angle, or the caption is no text.
    """
    try:
        text = pair.caption.read_text(encoding="utf-8") if pair.caption.exists() else _png_parameters(pair.image)
    except (OSError, UnicodeDecodeError):
        return None
    return cell_of(infotext.parse(text).prompt, vocabulary)


def _png_parameters(path: Path) -> str:
    with Image.open(path) as image:
        return str(image.info.get("parameters", ""))


def typicality(vectors: Sequence[features.Floats]) -> list[float]:
    """How near each vector is to the middle of all: 1 for those about it, 0 for what lies far outside.

    The distance to the median vector, in robust standard deviations of these distances: up to 3 is 1, 9 or more is 0.
    Fewer than five vectors have no middle: all get 1.
    """
    if len(vectors) < _ENOUGH:
        return [1.0] * len(vectors)
    stacked = np.stack(vectors)
    return _unusual_to_zero(np.linalg.norm(stacked - np.median(stacked, axis=0), axis=1))


def company(vectors: Sequence[features.Floats]) -> list[float]:
    """How near each vector is to some others: 1 where they usually are, 0 for what stands alone.

    As `typicality`, but by the mean distance to the two nearest others, so that there may be several middles: a profile
    that looks to the left and one that looks to the right.
    """
    if len(vectors) < _ENOUGH:
        return [1.0] * len(vectors)
    stacked = np.stack(vectors).astype(np.float64)
    squares = (stacked**2).sum(axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * stacked @ stacked.T, 0))
    np.fill_diagonal(distances, np.inf)
    return _unusual_to_zero(np.partition(distances, 1, axis=1)[:, :2].mean(axis=1))


def _unusual_to_zero(distances: npt.NDArray[np.floating[Any]]) -> list[float]:
    """1 for distances up to 3 robust standard deviations above the median, falling to 0 at 9."""
    middle = float(np.median(distances))
    # A tenth of the distance at least: pictures that are all alike have no outliers among their last digits.
    spread = max(1.4826 * float(np.median(np.abs(distances - middle))), 0.1 * middle, 1e-3)
    return [float(score) for score in np.clip((9 - (distances - middle) / spread) / 6, 0, 1)]
