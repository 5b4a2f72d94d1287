"""What a watch has seen of a run so far, and its file `forest-watch.json`; that of earlier versions is read too."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consistent_character.choosing.kept import rounded, write_document
from consistent_character.choosing.onset import Verdict
from consistent_character.errors import FolderError

WATCH_FILE = "forest-watch.json"
OLD_FILE = "forest-watch.csv"
"""Of versions that looked at one preview for each iteration, at its scene alone."""
_VERSION = 1
_OLD_VERDICTS: Mapping[str, Verdict] = {"scene": "good", "lost": "overtrained"}
_OLD_IN_A_ROW = 2
_TUPLES = ("pictures", "scene_band", "likeness_band")


@dataclass(frozen=True)
class Seen:
    """One iteration.

    `scene`: 0 is the training set's backdrop, 1 what the class word draws with the same seeds. `likeness`: 0 is the
    class word, 1 the character; None where nothing looked at it. `confidence` is the share of resamples of the seeds
    with the same verdict, 0..1; the bands are where 90 % of the resampled means lie. `pictures` are its true previews,
    one for each seed, by their paths in the run's folder.
    """

    step: int
    scene: float
    likeness: float | None
    verdict: Verdict
    confidence: float = 0.0
    reason: str = ""
    pictures: tuple[str, ...] = ()
    scene_band: tuple[float, float] = (0.0, 1.0)
    likeness_band: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True)
class Watched:
    """What a watch makes of the iterations so far.

    `onset` is the first of the steps that are overtrained, `certain` whether that is beyond doubt; `recommended` the
    step to use as far as can be told. `cannot_tell` is why nothing can be told, and `notes` what else there is to say.
    """

    seen: tuple[Seen, ...] = ()
    onset: int | None = None
    certain: bool = False
    recommended: int | None = None
    why: str = ""
    cannot_tell: str = ""
    notes: tuple[str, ...] = ()
    prompt: str = ""
    class_word: str = ""
    checkpoint: str = ""
    seeds: tuple[int, ...] = ()
    baseline: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What there is to say of the run now, in a sentence or two."""
        if self.cannot_tell:
            return self.cannot_tell
        if not self.seen:
            return ""
        best = f" The one to use so far is step {self.recommended}." if self.recommended is not None else ""
        if self.onset is None:
            return f"No overtraining seen up to step {self.seen[-1].step}.{best}"
        if self.certain:
            return f"Overtrained from step {self.onset} on.{best}"
        return f"It looks overtrained from step {self.onset} on, which is not certain.{best}"


def write_watched(run: Path, watched: Watched) -> None:
    """Write `forest-watch.json` into the run's folder.

    Raises:
        FolderError: the disk is full or may not be written.
    """
    write_document(run / WATCH_FILE, {"version": _VERSION, **rounded(dataclasses.asdict(watched))})


def read_watched(run: Path) -> Watched | None:
    """What a watch has seen in a run so far; None where there was none, or where its file cannot be read."""
    try:
        return _from_document(json.loads((run / WATCH_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return _read_old(run / OLD_FILE)
    except (OSError, ValueError, KeyError, TypeError, FolderError):
        return None  # the next iteration writes it anew


def _from_document(document: Mapping[str, Any]) -> Watched:
    values = {field.name: document[field.name] for field in dataclasses.fields(Watched) if field.name in document}
    for name in ("notes", "seeds", "baseline"):
        values[name] = tuple(values.get(name, ()))
    seen = (Seen(**{**row, **{name: tuple(row[name]) for name in _TUPLES}}) for row in values["seen"])
    return Watched(**{**values, "seen": tuple(seen)})


def _read_old(path: Path) -> Watched | None:
    """Its verdicts in today's words. Unsure ones neither make nor break a row, as they did then."""
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        seen = tuple(
            Seen(int(row["step"]), float(row["scene"]), None, _OLD_VERDICTS.get(row["verdict"], "unsure"))
            for row in rows
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    onset = _old_onset(seen)
    note = "An earlier version looked at one preview for each of these, and at the scene alone."
    return Watched(seen, onset, certain=onset is not None, notes=(note,))


def _old_onset(seen: Sequence[Seen]) -> int | None:
    row: list[int] = []
    for one in seen:
        if one.verdict == "overtrained":
            row.append(one.step)
        elif one.verdict == "good":
            row.clear()
    return row[0] if len(row) >= _OLD_IN_A_ROW else None
