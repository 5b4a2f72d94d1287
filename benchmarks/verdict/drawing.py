"""Draws what the truth is read from: with seeds that the test never sees, and many more where it is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.verdict import corpus
from benchmarks.verdict.recipes import Case
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing.rendering import Album, Planned, draw_missing
from consistent_character.choosing.training_set import find_iterations
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.progress import Silent

ALL_SEEDS = tuple(range(101, 229))
STAGES = (8, 48, 128)
"""How many seeds of an iteration are drawn: at first, where it matters, and where what is true is open even then."""


@dataclass(frozen=True)
class Evidence:
    """Pictures of a run for the truth: the class word's, and each iteration's."""

    baseline: tuple[Planned, ...]
    rows: tuple[tuple[int, tuple[Planned, ...]], ...]


def evidence(
    engine: StandaloneEngine,
    case: Case,
    folder: CharacterFolder,
    run: Path,
    seeds: Sequence[int] = ALL_SEEDS,
    closer: Mapping[int, int] | None = None,
) -> Evidence:
    """All iterations with the first few seeds, those of the steps `closer` with as many as it says; drawn once, kept.

    The class word's pictures are those of the second stage.
    """
    iterations = find_iterations(folder, run)
    album = Album(run / "truth", corpus.TOKEN, corpus.request(case, seeds), iterations, engine.checkpoint)
    counts = {**{one.step: STAGES[0] for one in iterations}, **(closer or {})}
    rows = tuple((one.step, album.row(one.step, seeds[: counts[one.step]])) for one in iterations)
    found = Evidence(album.baseline(seeds[: STAGES[1]]), rows)
    draw_missing([*found.baseline, *(planned for _, row in rows for planned in row)], engine, Silent())
    return found
