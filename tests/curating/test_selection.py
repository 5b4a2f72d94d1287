"""Dealing pictures out over the cells."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consistent_character.curating.selection import Candidate, keep_balanced


def _candidates(cells: list[tuple[int, float]]) -> list[Candidate[int]]:
    return [Candidate(f"{number:03d}.png", cell, quality) for number, (cell, quality) in enumerate(cells)]


def test_known_case() -> None:
    candidates = _candidates([(1, 0.9), (1, 0.8), (1, 0.7), (2, 0.1), (3, 0.5), (3, 0.95)])
    assert keep_balanced(candidates, 3) == {"000.png", "003.png", "005.png"}
    assert keep_balanced(candidates, 4) == {"000.png", "003.png", "005.png", "001.png"}
    assert keep_balanced(candidates, 2) == {"005.png", "000.png"}, "a last round too short for all serves the best"
    assert keep_balanced(candidates, 0) == frozenset()
    assert len(keep_balanced(candidates, 99)) == 6


_CELLS = st.lists(st.tuples(st.integers(0, 6), st.floats(0, 1, allow_nan=False)), max_size=60)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_CELLS, st.integers(0, 70))
def test_as_many_of_every_cell_as_there_are_and_the_best_of_each(cells: list[tuple[int, float]], keep: int) -> None:
    candidates = _candidates(cells)
    kept = keep_balanced(candidates, keep)
    assert len(kept) == min(keep, len(candidates))
    there = Counter(candidate.cell for candidate in candidates)
    stay = Counter(candidate.cell for candidate in candidates if candidate.name in kept)
    most = max(stay.values(), default=0)
    assert all(stay[cell] >= min(there[cell], most - 1) for cell in there)
    for cell in there:
        of_cell = [candidate for candidate in candidates if candidate.cell == cell]
        best_gone = max((c.quality for c in of_cell if c.name not in kept), default=0.0)
        assert all(c.quality >= best_gone for c in of_cell if c.name in kept)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_CELLS, st.integers(0, 70), st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter(cells: list[tuple[int, float]], keep: int, random: object) -> None:
    candidates = _candidates(cells)
    shuffled = candidates.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert keep_balanced(candidates, keep) == keep_balanced(shuffled, keep)
