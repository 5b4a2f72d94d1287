"""Works that are to be compared, one after the other and again, so that what else goes on meets all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Times = Mapping[str, list[float]]


def interleaved(
    works: Mapping[str, Callable[[], object]], times: int, clock: Callable[[], float] = time.perf_counter
) -> Times:
    """Seconds of each by the clock, `times` times in turn; the order is turned round every time.

    A clock of the processor's seconds is changed less by what else the computer does; it sees no waiting.
    """
    found: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(times):
        for name in [*works][:: -1 if turn % 2 else 1]:
            start = clock()
            works[name]()
            found[name].append(clock() - start)
    return found


@dataclass(frozen=True)
class Ratio:
    """One work's time by another's, turn by turn, and what it should be; `most` is whether that is the most."""

    title: str
    values: tuple[float, ...]
    goal: float
    most: bool

    @property
    def value(self) -> float:
        """The median."""
        return median(self.values)

    @property
    def kept(self) -> bool:
        """Whether the goal is met."""
        return self.value <= self.goal if self.most else self.value >= self.goal

    def __str__(self) -> str:
        sign = "at most" if self.most else "at least"
        spread = f"{min(self.values):.3f} to {max(self.values):.3f}"
        return f"{self.title:52} {self.value:8.3f}  ({spread}; {sign} {self.goal}: {'yes' if self.kept else 'NO'})"


def ratio(title: str, times: Times, over: str, under: str, goal: float, *, most: bool) -> Ratio:
    """Of two works that were timed in turn."""
    values = tuple(one / other for one, other in zip(times[over], times[under], strict=True))
    return Ratio(title, values, goal, most)


def lines(times: Times) -> list[str]:
    """Medians and spreads in seconds."""
    return [f"{name:52} {median(all_):8.2f} s  ({min(all_):.2f} to {max(all_):.2f})" for name, all_ in times.items()]
