"""Learning rate schedules as AUTOMATIC1111's Train tab takes them: `0.005:100, 0.001`."""

from __future__ import annotations

import math
from dataclasses import dataclass

from consistent_character.errors import RequestError


@dataclass(frozen=True)
class LearnRates:
    """`stages`: a rate and the update after which it ends, in order."""

    stages: tuple[tuple[float, int], ...]

    def after(self, updates: int) -> float | None:
        """The rate of the update that follows `updates` earlier ones; None if the schedule ends there."""
        return next((rate for rate, end in self.stages if updates < end), None)


def parse_learn_rates(text: str, steps: int) -> LearnRates:
    """Read a schedule: `0.005:100, 0.001` is .005 for the first 100 updates and .001 for the rest.

    An end of -1 is the rest too. A schedule whose last stage ends before `steps` ends the run there.

    Source: the meaning of `modules/textual_inversion/learn_schedule.py` of A1111 1.10.1.

    Raises:
        RequestError: it cannot be read, or a rate is not above 0.
    """
    stages: list[tuple[float, int]] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        rate, end = _stage(part, text)
        stages.append((rate, steps if end is None else min(end, steps)))
        if end is None:
            break
    if not stages:
        raise _unreadable(text)
    return LearnRates(tuple(stages))


def _stage(part: str, text: str) -> tuple[float, int | None]:
    rate_text, colon, end_text = part.partition(":")
    try:
        rate, end = float(rate_text), int(end_text) if colon else -1
    except ValueError as error:
        raise _unreadable(text) from error
    if not (math.isfinite(rate) and rate > 0) or end < -1:
        raise _unreadable(text)
    return rate, None if end == -1 else end


def _unreadable(text: str) -> RequestError:
    return RequestError(
        f"The learning rate {text!r} cannot be read: give a number above 0 such as 0.005, "
        "or a schedule such as 0.005:100, 0.001."
    )
