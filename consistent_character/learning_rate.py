"""Learning rates in A1111's notation, which may change on the way: `0.005:100, 0.002:400, 0.001`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from consistent_character.errors import RequestError


@dataclass(frozen=True)
class Rate:
    """A learning rate that holds up to and including step `until`; None: to the end."""

    rate: float
    until: int | None


def parse_schedule(text: str) -> tuple[Rate, ...]:
    """The rates in order.

    Raises:
        RequestError: something in it is no rate, or the steps do not grow.

    Source: `modules/textual_inversion/learn_schedule.py` of A1111 1.10.1; a step of -1 is its other way to say "to the
    end".
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise RequestError("The learning rate is empty: write a number such as 0.002.")
    rates = tuple(_rate(part) for part in parts)
    ends = [math.inf if rate.until is None else rate.until for rate in rates]
    if any(later <= earlier for earlier, later in pairwise(ends)):
        raise RequestError(f"Learning rate {text}: each step after a colon must be larger than the one before.")
    return rates


def last_step(text: str, steps: int) -> int:
    """The step at which a run of `steps` ends: earlier, if no rate is given for the rest.

    Raises:
        RequestError: as `parse_schedule` says.
    """
    until = parse_schedule(text)[-1].until
    return steps if until is None else min(until, steps)


def rate_after(rates: tuple[Rate, ...], updates: int) -> float | None:
    """The rate of the update that follows `updates` earlier ones; None where the schedule has ended."""
    return next((stage.rate for stage in rates if stage.until is None or updates < stage.until), None)


def _rate(part: str) -> Rate:
    number, colon, until = part.partition(":")
    try:
        rate, end = float(number), int(until) if colon else -1
    except ValueError:
        raise RequestError(
            f'"{part}" is no learning rate: write 0.002, or 0.005:100, 0.001 for a change at step 100.'
        ) from None
    if not (math.isfinite(rate) and rate > 0):
        raise RequestError(f'"{part}" is no learning rate: it must be above 0.')
    if end != -1 and end < 1:
        raise RequestError(f'"{part}": the step after the colon must be at least 1.')
    return Rate(rate, None if end == -1 else end)
