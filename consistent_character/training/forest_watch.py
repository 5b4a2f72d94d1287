"""A look at every preview while training goes: is the scene still there, or the training set's backdrop by now?

It is a rough gauge, made of what a run has anyway: 0 is the training set's own backdrop, 1 is how far from it the first
preview was that drew a scene at all. The forest test, which draws for itself and compares with the class word, says
more; this says it in time. The tutorial's rule holds here too: one bad picture is none, two in a row are overtraining.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from consistent_character.character.files import write_whole
from consistent_character.engine import TrainRequest
from consistent_character.vision import features
from consistent_character.vision.signals.pixels import EDGE, Floats, Regions, described, learn_regions
from consistent_character.vision.signals.yardstick import Yardstick

WATCH_FILE = "forest-watch.csv"
SCENE_KEPT = 0.5
"""From here on more of the scene is there than of the training set's backdrop."""
_COLUMNS = ("step", "scene", "verdict")
_LEAST = (1.5, 1.5, 1.5, 1.5, 1.5)
"""Differences of L, a, b and of the two roughnesses that nobody sees."""
_CLEAR_CONTRAST = 2.5
"""A scene is at least so many times as far from the backdrops as these are from each other, as in the forest test."""
_ALIKE = 1e-6
_ENOUGH = 40
"""Training pictures beyond this many make no reading better, only slower."""
_FEWEST = 4
_IN_A_ROW = 2

Verdict = Literal["scene", "lost", "unsure"]


@dataclass(frozen=True)
class Seen:
    """What a preview shows: `scene` from 0 (the training set's backdrop) to 1 (as far from it as at the beginning)."""

    step: int
    scene: float
    verdict: Verdict


@dataclass
class ForestWatch:
    """Looks at previews in order, and writes `forest-watch.csv` into the run's folder."""

    path: Path
    _plain: float
    _yardstick: Yardstick
    _regions: Regions
    _drawn: float | None = None
    seen: list[Seen] = field(default_factory=list)

    @classmethod
    def begin(cls, request: TrainRequest, done: int = 0) -> ForestWatch | None:
        """A watch for a run that goes on from step `done`; None if fewer than four of its pictures can be read."""
        walls = _described([example.image for example in request.examples])
        if len(walls) < _FEWEST:
            return None
        regions = learn_regions(walls, walls)
        backdrops = [wall[regions.backdrop] for wall in walls]
        yardstick = Yardstick(backdrops, backdrops, _LEAST)
        plain = [yardstick.distance_from_zero(wall, number) for number, wall in enumerate(backdrops)]
        watch = cls(request.folder / WATCH_FILE, max(float(np.median(plain)), _ALIKE), yardstick, regions)
        for step, preview in _earlier(request, done):
            watch.look(step, preview)
        return watch

    def look(self, step: int, preview: Path) -> Seen:
        """Judge a preview.

        Raises:
            OSError: the picture cannot be read.
            FolderError: what was seen cannot be written.
        """
        picture = described(features.load_rgb(preview, 2 * EDGE))
        distance = self._yardstick.distance_from_zero(picture[self._regions.backdrop])
        if self._drawn is None and distance >= _CLEAR_CONTRAST * self._plain:
            self._drawn = distance
        found = self._judged(step, distance)
        self.seen.append(found)
        write_whole(self.path, _table(self.seen).encode())
        return found

    def _judged(self, step: int, distance: float) -> Seen:
        if self._drawn is None:
            return Seen(step, 0.0, "unsure")  # no preview has drawn a scene yet: there is nothing to lose
        scene = float(np.clip((distance - self._plain) / (self._drawn - self._plain), 0, 1))
        return Seen(step, scene, "scene" if scene >= SCENE_KEPT else "lost")


def overtrained_since(seen: Sequence[Seen]) -> int | None:
    """The step of the first of the last previews in a row without a scene; None if there is only one such, or none.

    Unsure ones neither make nor break a row.
    """
    row: list[int] = []
    for one in seen:
        if one.verdict == "lost":
            row.append(one.step)
        elif one.verdict == "scene":
            row.clear()
    return row[0] if len(row) >= _IN_A_ROW else None


def read_watch(run: Path) -> tuple[Seen, ...]:
    """What the watch has seen in a run so far; nothing where there was none."""
    path = run / WATCH_FILE
    if not path.is_file():
        return ()
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    return tuple(Seen(int(row["step"]), float(row["scene"]), _verdict(row["verdict"])) for row in rows)


def _verdict(word: str) -> Verdict:
    return "scene" if word == "scene" else "lost" if word == "lost" else "unsure"


def _table(seen: Sequence[Seen]) -> str:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(_COLUMNS)
    table.writerows((one.step, f"{one.scene:.3f}", one.verdict) for one in seen)
    return text.getvalue()


def _described(images: Sequence[Path]) -> list[Floats]:
    """The readable ones of at most `_ENOUGH` pictures, evenly taken."""
    found = []
    for image in images[:: max(1, -(-len(images) // _ENOUGH))]:
        try:
            found.append(described(features.load_rgb(image, 2 * EDGE)))
        except OSError:
            continue  # the others are enough
    return found


def _earlier(request: TrainRequest, done: int) -> list[tuple[int, Path]]:
    """The previews of a run that was interrupted, first to last, up to where it goes on."""
    previews = (request.folder / "previews").glob(f"{request.name}-*.png")
    steps = [(path.stem[len(request.name) + 1 :], path) for path in previews]
    return sorted((int(step), path) for step, path in steps if step.isdigit() and int(step) <= done)
