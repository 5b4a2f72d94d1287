"""What of the training pictures an embedding explains: its loss at fixed images, noises and timesteps.

It tells whether something was learned, and when learning slows down. It does not tell overtraining: on the pictures
that are trained on the loss goes on falling while the backdrop is learned too.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from consistent_character.choosing.signals.signal import Signal
from consistent_character.engine import Vectors

_SOURCE = (
    "Mean squared error at the same images, noises and timesteps for every iteration, nothing sampled (DVAR, arXiv "
    "2302.04841: it has converged where the variance of the last readings is below 15 % of that of all)"
)
_SETTLED = 0.15
_WINDOW = 3
_OF_90_PERCENT = 1.645
_TINY = 1e-12


def loss_signals(losses: Mapping[int, Vectors], beginning: Vectors) -> dict[int, Signal]:
    """Each iteration's loss as a share of what the initialization's is, 0..1, by its step.

    Args:
        losses: by step, `(probes,)` each.
        beginning: those of the initialization at the same probes.
    """
    steps = sorted(losses)
    means = [float(losses[step].mean()) for step in steps]
    settled = settled_since(means)
    first = max(float(beginning.mean()), _TINY)
    return {
        step: _signal(losses[step], beginning, first, None if settled is None else steps[settled], step)
        for step in steps
    }


def settled_since(means: list[float]) -> int | None:
    """The place of the first reading from which the loss has settled for good, None if it has not.

    Source: Voronov et al. (2023), arXiv 2302.04841, algorithm 1, with iterations in place of single updates.
    """
    whole = float(np.var(means)) if means else 0.0
    quiet = [
        place >= _WINDOW - 1 and float(np.var(means[place - _WINDOW + 1 : place + 1])) < _SETTLED * whole
        for place in range(len(means))
    ]
    since = len(quiet)
    while since and quiet[since - 1]:
        since -= 1
    return since if since < len(quiet) else None


def _signal(found: Vectors, beginning: Vectors, first: float, settled: int | None, step: int) -> Signal:
    share = float(found.mean()) / first
    low, high = _band(found, beginning, first)
    change = f"{abs(1 - share):.1%} {'below' if share <= 1 else 'above'} the initialization's"
    learning = "; it has settled" if settled is not None and step >= settled else ""
    nothing = low <= 1 <= high
    doubt = ": within what chance does, so nothing is learned yet" if nothing else learning
    reason = f"The loss on the training pictures is {float(found.mean()):.4f}, {change}{doubt}."
    return Signal(
        "loss", min(1.0, share), "low", reason, _SOURCE, min(1.0, low), min(1.0, high), bad=share > 1 and not nothing
    )


def _band(found: Vectors, beginning: Vectors, first: float) -> tuple[float, float]:
    """Where the share lies in 90 % of samples of probes, each compared with itself."""
    differences: npt.NDArray[np.float64] = found.astype(np.float64) - beginning
    share = 1 + float(differences.mean()) / first
    error = float(differences.std(ddof=1)) / np.sqrt(len(differences)) / first if len(differences) > 1 else share
    return max(0.0, share - _OF_90_PERCENT * error), share + _OF_90_PERCENT * error
