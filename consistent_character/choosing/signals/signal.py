"""One thing that is known of an iteration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Good = Literal["high", "low", "neither"]
"""Which end of a signal is the good one; `neither` where it only informs."""


@dataclass(frozen=True)
class Signal:
    """A figure, 0..1, that says something of an iteration.

    `good` is which end is good, `reason` says in a sentence what was seen, and `source` where the measure comes from.
    `low` and `high` are the ends of its 90 % band over the seeds, None where no seeds are involved. `bad` is whether
    this signal by itself speaks against the iteration.
    """

    name: str
    value: float
    good: Good
    reason: str
    source: str
    low: float | None = None
    high: float | None = None
    bad: bool = False
