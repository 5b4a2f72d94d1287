"""Learning rates that change with the steps."""

from __future__ import annotations

from typing import Any


class LearnRateScheduler:
    """`0.01:4, 0.001`: the first to step 4, the second to the end."""

    def __init__(self, learn_rate: str, max_steps: int, cur_step: int = 0, verbose: bool = True) -> None:
        stages = [part.split(":") for part in learn_rate.split(",")]
        ends = [(float(stage[0]), min(int(stage[1]), max_steps) if stage[1:] else max_steps) for stage in stages]
        self._left = [stage for stage in ends if stage[1] > cur_step]
        self.learn_rate, self.end_step = self._left.pop(0)
        self.finished = False

    def apply(self, optimizer: Any, step_number: int) -> None:
        if step_number < self.end_step:
            return
        if not self._left:
            self.finished = True
            return
        self.learn_rate, self.end_step = self._left.pop(0)
        for group in optimizer.param_groups:
            group["lr"] = self.learn_rate
