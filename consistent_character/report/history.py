"""All tested runs of a character: how each was trained, and what its forest test found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestTest, read_result
from consistent_character.engine import TrainingExample
from consistent_character.errors import FolderError
from consistent_character.prompts import emphasis
from consistent_character.prompts.cells import phrase_pattern
from consistent_character.training.runs import open_run

Settings = tuple[tuple[str, str], ...]

_NEARLY = 0.05
"""Share of captions that may be otherwise when “all” or “none” is said."""


@dataclass(frozen=True)
class JudgedRun:
    """A run and its forest test; None where the test cannot be read, and `problem` says why.

    `settings` are names and values as a person reads them; empty where nobody wrote down how it was trained.
    """

    name: str
    settings: Settings
    test: ForestTest | None
    problem: str = ""

    @property
    def worth(self) -> float | None:
        """Likeness times scene of the recommended iteration, 0..1: what the run is good for."""
        best = self.test.best if self.test else None
        return best.likeness * best.scene if best else None


def judged_runs(folder: CharacterFolder) -> tuple[JudgedRun, ...]:
    """The runs that have a forest test, the first one first. One that cannot be read says so, and stops no other."""
    found = (_tested(folder, run) for run in folder.runs())
    return tuple(run for run in found if run is not None)


def settings_of(folder: CharacterFolder, run: Path) -> Settings:
    """How a run was trained; nothing where its request cannot be read, as for iterations from elsewhere."""
    try:
        request = open_run(folder, run).request
    except FolderError:
        return ()
    batch = f"{request.batch_size}" + (
        f" × {request.gradient_accumulation}" if request.gradient_accumulation > 1 else ""
    )
    return (
        ("learning rate", request.learn_rate),
        ("vectors", str(request.num_vectors)),
        ("steps", str(request.steps)),
        ("batch", batch),
        ("images", str(len(request.examples))),
        ("backdrop", _backdrop(folder.character.background, request.examples)),
    )


def _tested(folder: CharacterFolder, run: Path) -> JudgedRun | None:
    try:
        test = read_result(run)
    except FolderError as error:
        return JudgedRun(run.name, settings_of(folder, run), None, str(error))
    return None if test is None else JudgedRun(run.name, settings_of(folder, run), test)


def _backdrop(phrase: str, examples: Sequence[TrainingExample]) -> str:
    """How many captions name what is behind the person."""
    if not phrase.strip() or not examples:
        return "–"
    pattern = phrase_pattern((phrase,))
    share = sum(pattern.search(emphasis.plain(one.caption)) is not None for one in examples) / len(examples)
    if share >= 1 - _NEARLY:
        return "named"
    return "left out" if share <= _NEARLY else f"named in {share:.0%}"
