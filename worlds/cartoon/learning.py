"""What both trainers of the world share.

An optimizer with a cosine schedule, averaged weights, and a state that can be gone on from.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn


class Learner:
    """AdamW over some parameters, with an exponential average of them.

    Args:
        parameters: what learns.
        steps: length of the whole run, in updates; the learning rate falls to 1 % of `rate` along a cosine.
        rate: the highest learning rate, reached after `warmup` updates.
        keep: decay of the average, once it has warmed up.
        state: file that the run is saved to and gone on from.
    """

    def __init__(
        self,
        parameters: list[nn.Parameter],
        *,
        steps: int,
        rate: float,
        state: Path,
        keep: float = 0.999,
        warmup: int = 50,
    ) -> None:
        self.parameters, self.steps, self.rate, self.state = parameters, steps, rate, state
        self.keep, self.warmup = keep, warmup
        self.optimizer = torch.optim.AdamW(parameters, lr=rate, betas=(0.9, 0.98), weight_decay=1e-4)
        self.average = [parameter.detach().clone() for parameter in parameters]
        self.step = 0
        if state.exists():
            self._load()

    def _load(self) -> None:
        saved = torch.load(self.state, map_location=self.average[0].device, weights_only=True)
        self.step = saved["step"]
        self.optimizer.load_state_dict(saved["optimizer"])
        with torch.no_grad():
            torch._foreach_copy_(self.parameters, saved["parameters"])
            torch._foreach_copy_(self.average, saved["average"])

    def save(self) -> None:
        """Save the state, whole or not at all."""
        saved = {
            "step": self.step,
            "optimizer": self.optimizer.state_dict(),
            "parameters": [parameter.detach() for parameter in self.parameters],
            "average": self.average,
        }
        part = self.state.with_suffix(".part")
        torch.save(saved, part)
        part.replace(self.state)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Inside, the parameters hold their averages."""
        kept = [parameter.detach().clone() for parameter in self.parameters]
        with torch.no_grad():
            torch._foreach_copy_(self.parameters, self.average)
        try:
            yield
        finally:
            with torch.no_grad():
                torch._foreach_copy_(self.parameters, kept)

    def update(self, loss: Tensor) -> None:
        """One optimizer update."""
        shape = 0.5 * (1 + math.cos(math.pi * self.step / self.steps))
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * min(1.0, (self.step + 1) / self.warmup) * (shape + 0.01)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.step += 1
        warm = min(self.keep, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(self.average, self.parameters, 1 - warm)


def run(
    learner: Learner, loss_of_a_batch: Callable[[], Tensor], save: Callable[[], None], *, every: float = 180
) -> None:
    """Learn until the last step, telling how it goes, saving every `every` seconds and at the end."""
    first, started, saved, recent = learner.step, time.monotonic(), time.monotonic(), 0.0
    while learner.step < learner.steps:
        loss = loss_of_a_batch()
        learner.update(loss)
        value = float(loss.detach())
        recent = value if recent == 0 else recent + (value - recent) / 100
        if learner.step % 100 == 0:
            each = (time.monotonic() - started) / (learner.step - first)
            left = each * (learner.steps - learner.step) / 60
            print(
                f"step {learner.step}/{learner.steps}  loss {recent:.4f}  {each:.2f} s a step, {left:.0f} min left",
                flush=True,
            )
        if time.monotonic() - saved > every:
            save()
            saved = time.monotonic()
    save()
