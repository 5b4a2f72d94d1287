"""Where the web UI's trainer tells us what it does, for as long as a run lasts.

Its loop calls four names of its own module: at every batch the learning rate's schedule, at every step `save_embedding`
and `write_loss`, and `errors.report` with what it then swallows. Ours stand in their place during a run. So nothing is
written where users look, each saved iteration is whole and has the true number of updates in its name, an error is
raised and not reported as success, and the optimizer goes on where it was.

Source: `modules/textual_inversion/textual_inversion.py: train_embedding` of A1111 1.10.1; reForge has the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any

import torch
from modules.textual_inversion import textual_inversion

from consistent_character.hosts.iterations import Start
from consistent_character.hosts.webui.training.run import Run
from consistent_character.hosts.webui.training.surroundings import number


class Hooks:
    """What is called in place of the trainer's own. `failure` is what the trainer has swallowed."""

    def __init__(self, run: Run) -> None:
        self.failure: BaseException | None = None
        self._run = run
        self._optimizer: Any = None

    def save_embedding(
        self,
        embedding: Any,
        optimizer: Any,
        checkpoint: Any,
        embedding_name: str,
        filename: str,
        remove_cached_checksum: bool = True,
    ) -> None:
        """Keep the optimizer, write nothing: called at each step, before `write_loss`, and at the end."""
        self._optimizer = optimizer

    def write_loss(
        self, log_directory: str, filename: str, step: int, epoch_len: int, values: Mapping[str, Any]
    ) -> None:
        """Step `step` is done. What is raised here the trainer catches, and `report` is told of."""
        self._run.stepped(step, float(values["loss"]), float(values["learn_rate"]), epoch_len, self._optimizer)

    def report(self, message: str, *, exc_info: bool = False) -> None:
        """Keep the error that the trainer is about to swallow."""
        self.failure = sys.exc_info()[1]


class _Errors:
    """The web UI's module `errors`, but for training's own error."""

    def __init__(self, real: Any, hooks: Hooks) -> None:
        self._real, self._hooks = real, hooks

    def report(self, message: str, *, exc_info: bool = False) -> None:
        if "training embedding" in message:
            self._hooks.report(message, exc_info=exc_info)
        else:
            self._real.report(message, exc_info=exc_info)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def _schedule(real: Any, seed: int, start: Start | None) -> Any:
    class Schedule(real):
        """The trainer's own, called before every batch: noise by the number of the update, the optimizer as it was."""

        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._batches = count()
            self._waiting = start.optimizer if start else None

        def apply(self, optimizer: Any, step_number: int) -> None:
            torch.manual_seed(number(seed, "update", step_number, next(self._batches)))
            if self._waiting is not None:
                optimizer.load_state_dict(dict(self._waiting))
                self._waiting = None
                # The state brings the rate along that it was saved with, which may have ended there.
                for group in optimizer.param_groups:
                    group["lr"] = self.learn_rate
            super().apply(optimizer, step_number)

    return Schedule


@contextmanager
def hooked(run: Run, start: Start | None) -> Iterator[Hooks]:
    """The trainer speaks to us, and afterwards as before."""
    hooks = Hooks(run)
    ours = {
        "save_embedding": hooks.save_embedding,
        "write_loss": hooks.write_loss,
        "errors": _Errors(textual_inversion.errors, hooks),
        "LearnRateScheduler": _schedule(textual_inversion.LearnRateScheduler, run.request.seed, start),
    }
    before = {name: getattr(textual_inversion, name) for name in ours}
    for name, value in ours.items():
        setattr(textual_inversion, name, value)
    try:
        yield hooks
    finally:
        for name, value in before.items():
            setattr(textual_inversion, name, value)
