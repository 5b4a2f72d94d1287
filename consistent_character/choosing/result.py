"""The outcome of a forest test, and its file `forest-test.json`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consistent_character.choosing.kept import read_document, rounded, write_document
from consistent_character.choosing.onset import Verdict
from consistent_character.choosing.resampling import SURE
from consistent_character.choosing.signals.signal import Signal
from consistent_character.errors import FolderError

FILE_NAME = "forest-test.json"
_VERSION = 2


@dataclass(frozen=True)
class PictureResult:
    """One picture, by its path within the character folder. `counts` is whether it entered the iteration's scene."""

    seed: int
    path: str
    scene: float
    likeness: float
    counts: bool = True


@dataclass(frozen=True)
class IterationResult:
    """One iteration.

    `scene`: 0 is the training set's backdrop, 1 the scene asked for. `likeness`: 0 is the class word, 1 the character.
    `confidence` is the share of resamples of the seeds in which the verdict is the same, 0..1. The bands are where the
    mean lies in 90 % of resamples. `signals` are all that is known of it, scene and likeness among them.
    """

    step: int
    scene: float
    likeness: float
    verdict: Verdict
    confidence: float
    reason: str
    pictures: tuple[PictureResult, ...]
    scene_band: tuple[float, float] = (0.0, 1.0)
    likeness_band: tuple[float, float] = (0.0, 1.0)
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True)
class Unseen:
    """An iteration that the search did not need to draw; what its file tells is known nevertheless."""

    step: int
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True)
class RunnerUp:
    """An iteration that would do as well, or nearly, and why it is not the one."""

    step: int
    why: str


@dataclass(frozen=True)
class ForestTest:
    """A forest test's outcome.

    `onset` is the first of the overtrained steps and `recommended` the step to use, each None where there is none;
    `why` says so in words. `confidence` and `onset_confidence` are the shares of resamples of the seeds, 0..1, in which
    no other iteration is clearly better, and in which the onset, or that there is none, is the same. `cannot_tell` is
    why one of them or both cannot be named, and `advice` what to do about it; both are empty otherwise. `unseen` are
    the iterations that were not drawn, `drawn` is how many pictures the test has looked at. `baseline` are the class
    word's pictures and `references` training pictures of the same framing, by their paths in the folder.
    `scene_auc` and `likeness_auc` say how well each signal tells its two ends apart (1 perfectly, .5 not at all).
    """

    prompt: str
    class_word: str
    checkpoint: str
    seeds: tuple[int, ...]
    baseline: tuple[str, ...]
    references: tuple[str, ...]
    iterations: tuple[IterationResult, ...]
    onset: int | None
    recommended: int | None
    why: str
    confidence: float
    scene_auc: float
    likeness_auc: float
    cannot_tell: str = ""
    advice: str = ""
    token: str = ""
    runners_up: tuple[RunnerUp, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    drawn: int = 0
    onset_confidence: float = 1.0

    @property
    def onset_told(self) -> bool:
        """Whether it is said from when on the run is overtrained, or that it is not."""
        return self.onset_confidence >= SURE

    @property
    def best(self) -> IterationResult | None:
        """The recommended iteration."""
        return next((iteration for iteration in self.iterations if iteration.step == self.recommended), None)

    def to_json(self) -> dict[str, Any]:
        """As a JSON document; figures are rounded to four digits."""
        document: dict[str, Any] = rounded(dataclasses.asdict(self))
        return {"version": _VERSION, **document}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> ForestTest:
        """The outcome that `to_json` wrote.

        Raises:
            FolderError: the document is another one.
        """
        try:
            values = {field.name: document[field.name] for field in dataclasses.fields(cls) if field.name in document}
            for name in ("seeds", "baseline", "references"):
                values[name] = tuple(values[name])
            values["iterations"] = tuple(_iteration(row) for row in values["iterations"])
            values["runners_up"] = tuple(RunnerUp(**row) for row in values.get("runners_up", ()))
            values["unseen"] = tuple(Unseen(row["step"], _signals(row)) for row in values.get("unseen", ()))
            return cls(**values)
        except (KeyError, TypeError) as error:
            raise FolderError(f"This is no forest test that can be read ({error}): do the test again.") from error


def _iteration(row: Mapping[str, Any]) -> IterationResult:
    bands = {name: tuple(row[name]) for name in ("scene_band", "likeness_band") if name in row}
    pictures = tuple(PictureResult(**picture) for picture in row["pictures"])
    return IterationResult(**{**row, **bands, "pictures": pictures, "signals": _signals(row)})


def _signals(row: Mapping[str, Any]) -> tuple[Signal, ...]:
    return tuple(Signal(**signal) for signal in row.get("signals", ()))


def write_result(run: Path, test: ForestTest) -> None:
    """Write `forest-test.json` into the run.

    Raises:
        FolderError: the disk is full or may not be written.
    """
    write_document(run / FILE_NAME, test.to_json())


def read_result(run: Path) -> ForestTest | None:
    """The run's last forest test, or None if there was none.

    Raises:
        FolderError: its file cannot be read.
    """
    document = read_document(run / FILE_NAME, "do the forest test again")
    return None if document is None else ForestTest.from_json(document)
