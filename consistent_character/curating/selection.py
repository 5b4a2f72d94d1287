"""Which pictures stay when only so many may: as many of every cell as there are, the best first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

CellT = TypeVar("CellT", bound=Hashable)


@dataclass(frozen=True)
class Candidate(Generic[CellT]):
    """A picture that could stay. `quality` is 0..1, 1 is best."""

    name: str
    cell: CellT
    quality: float


def keep_balanced(candidates: Iterable[Candidate[CellT]], keep: int) -> frozenset[str]:
    """The names of `keep` pictures (or of all, if there are fewer), dealt round by round, one of every cell a round.

    Within a cell the best come first. Where the last round cannot serve every cell, it serves the best pictures. So two
    cells differ by more than one only where a cell has no more.
    """
    cells: defaultdict[CellT, list[Candidate[CellT]]] = defaultdict(list)
    for candidate in sorted(candidates, key=_best_first):
        cells[candidate.cell].append(candidate)
    rounds = (
        (rank, *_best_first(candidate), candidate.name)
        for queue in cells.values()
        for rank, candidate in enumerate(queue)
    )
    return frozenset(name for *_, name in sorted(rounds)[: max(keep, 0)])


def _best_first(candidate: Candidate[CellT]) -> tuple[float, str]:
    return -candidate.quality, candidate.name
