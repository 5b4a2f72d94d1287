"""Draws what the truth is read from: with seeds that the test never sees, and many more where it is open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.verdict import corpus
from benchmarks.verdict.recipes import Case
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing.rendering import Album, Planned, draw_missing
from consistent_character.choosing.training_set import find_iterations
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.progress import Silent

ALL_SEEDS = tuple(range(101, 149))
_AT_FIRST = 8


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
    closer: Collection[int] = (),
) -> Evidence:
    """All iterations with the first eight seeds, those of the steps `closer` with all of them; drawn once, and kept."""
    iterations = find_iterations(folder, run)
    album = Album(run / "truth", corpus.TOKEN, corpus.request(case, seeds), iterations, engine.checkpoint)
    rows = tuple(
        (one.step, album.row(one.step, seeds if one.step in closer else seeds[:_AT_FIRST])) for one in iterations
    )
    found = Evidence(album.baseline(seeds), rows)
    draw_missing([*found.baseline, *(planned for _, row in rows for planned in row)], engine, Silent())
    return found
