"""What trying out has shown, and its file `battery.json`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from consistent_character.choosing.kept import read_document, write_document
from consistent_character.choosing.signals.signal import Signal
from consistent_character.errors import FolderError

FILE_NAME = "battery.json"
_VERSION = 1

CellVerdict = Literal["good", "bad", "unsure"]


@dataclass(frozen=True)
class Cell:
    """One prompt on one checkpoint; `pictures` and `baseline` (the class word's) by their paths, seed by seed."""

    group: str
    what: str
    prompt: str
    verdict: CellVerdict
    reason: str
    signals: tuple[Signal, ...]
    pictures: tuple[str, ...]
    baseline: tuple[str, ...]
    by: str = ""
    """What its likeness was read from; empty where it could not be read."""


@dataclass(frozen=True)
class Summary:
    """A group in a sentence, and how many of its `total` prompts are good and bad; the others are to be looked at."""

    group: str
    words: str
    good: int
    bad: int
    total: int

    @property
    def counts(self) -> str:
        """How many there are of each verdict that there is."""
        numbers = {"good": self.good, "bad": self.bad, "to look at": self.total - self.good - self.bad}
        return ", ".join(f"{number} {what}" for what, number in numbers.items() if number)


@dataclass(frozen=True)
class Tried:
    """One checkpoint. `problem` is why nothing could be drawn with it, empty otherwise.

    `by` is what likeness was read from there, and why, in words; of a single cell its own `by` tells.
    """

    checkpoint: str
    cells: tuple[Cell, ...] = ()
    summaries: tuple[Summary, ...] = ()
    problem: str = ""
    by: str = ""


@dataclass(frozen=True)
class Battery:
    """What trying out has shown. `by` is what likeness was read from, on any of the checkpoints."""

    token: str
    step: int
    class_word: str
    seeds: tuple[int, ...]
    by: str
    tried: tuple[Tried, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON document."""
        return {"version": _VERSION, **dataclasses.asdict(self)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Battery:
        """What `to_json` wrote.

        Raises:
            FolderError: the document is another one.
        """
        try:
            values = {field.name: document[field.name] for field in dataclasses.fields(cls)}
            tried = tuple(_tried(row) for row in values["tried"])
            return cls(**{**values, "seeds": tuple(values["seeds"]), "tried": tried})
        except (KeyError, TypeError) as error:
            raise FolderError(f"This tells of no trying out that can be read ({error}): try it out again.") from error


def _tried(row: Mapping[str, Any]) -> Tried:
    summaries = tuple(Summary(**summary) for summary in row["summaries"])
    cells = tuple(_cell(cell) for cell in row["cells"])
    return Tried(row["checkpoint"], cells, summaries, row["problem"], row.get("by", ""))


def _cell(row: Mapping[str, Any]) -> Cell:
    paths = {name: tuple(row[name]) for name in ("pictures", "baseline")}
    return Cell(**{**row, **paths, "signals": tuple(Signal(**signal) for signal in row["signals"])})


def write_battery(run: Path, battery: Battery) -> None:
    """Write `battery.json` into the run.

    Raises:
        FolderError: the disk is full or may not be written.
    """
    write_document(run / FILE_NAME, battery.to_json())


def read_battery(run: Path) -> Battery | None:
    """What the last trying out of a run has shown, or None.

    Raises:
        FolderError: its file cannot be read.
    """
    document = read_document(run / FILE_NAME, "try it out again")
    return None if document is None else Battery.from_json(document)
