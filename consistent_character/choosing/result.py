"""The outcome of a forest test, and its file `forest-test.json`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consistent_character.character.files import write_whole
from consistent_character.choosing.verdict import Verdict
from consistent_character.errors import FolderError

FILE_NAME = "forest-test.json"
_VERSION = 1


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
    `confidence` is the share of resamples of the seeds in which the verdict is the same, 0..1.
    """

    step: int
    scene: float
    likeness: float
    verdict: Verdict
    confidence: float
    reason: str
    pictures: tuple[PictureResult, ...]


@dataclass(frozen=True)
class ForestTest:
    """A forest test's outcome.

    `onset` is the first of the overtrained steps and `recommended` the step to use, each None where there is none;
    `why` says so in words. `cannot_tell` is why one of them or both cannot be named, empty otherwise. `baseline` are
    the class word's pictures and `references` training pictures of the same framing, by their paths in the folder.
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

    @property
    def best(self) -> IterationResult | None:
        """The recommended iteration."""
        return next((iteration for iteration in self.iterations if iteration.step == self.recommended), None)

    def to_json(self) -> dict[str, Any]:
        """As a JSON document; figures are rounded to four digits."""
        document: dict[str, Any] = _rounded(dataclasses.asdict(self))
        return {"version": _VERSION, **document}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> ForestTest:
        """The outcome that `to_json` wrote.

        Raises:
            FolderError: the document is another one.
        """
        try:
            values = {field.name: document[field.name] for field in dataclasses.fields(cls)}
            for name in ("seeds", "baseline", "references"):
                values[name] = tuple(values[name])
            values["iterations"] = tuple(_iteration(row) for row in values["iterations"])
            return cls(**values)
        except (KeyError, TypeError) as error:
            raise FolderError(f"This is no forest test that can be read ({error}): do the test again.") from error


def _iteration(row: Mapping[str, Any]) -> IterationResult:
    return IterationResult(**{**row, "pictures": tuple(PictureResult(**picture) for picture in row["pictures"])})


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(entry) for key, entry in value.items()}
    return [_rounded(entry) for entry in value] if isinstance(value, (list, tuple)) else value


def write_result(run: Path, test: ForestTest) -> None:
    """Write `forest-test.json` into the run.

    Raises:
        FolderError: the disk is full or may not be written.
    """
    text = json.dumps(test.to_json(), ensure_ascii=False, indent=1)
    write_whole(run / FILE_NAME, f"{text}\n".encode())


def read_result(run: Path) -> ForestTest | None:
    """The run's last forest test, or None if there was none.

    Raises:
        FolderError: its file cannot be read.
    """
    try:
        document = json.loads((run / FILE_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise FolderError(f"{run / FILE_NAME} cannot be read ({error}): do the forest test again.") from error
    return ForestTest.from_json(document)
