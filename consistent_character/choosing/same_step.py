"""Of several files that say the same step one is looked at; which one, and which are passed over, is told."""

from __future__ import annotations

from collections.abc import Iterable

from consistent_character.engine import Iteration

_NAMED = 8
"""Files named in a note; how many more there are is told."""


def one_for_each_step(iterations: Iterable[Iteration]) -> tuple[tuple[Iteration, ...], tuple[str, ...]]:
    """The first of each step, in the order of steps, and a note on the others, if there are any."""
    kept: dict[int, Iteration] = {}
    passed_over: list[Iteration] = []
    for iteration in iterations:
        if kept.setdefault(iteration.step, iteration) is not iteration:
            passed_over.append(iteration)
    notes = (_note(passed_over, kept),) if passed_over else ()
    return tuple(kept[step] for step in sorted(kept)), notes


def _note(passed_over: list[Iteration], kept: dict[int, Iteration]) -> str:
    named = [
        f"{one.path.name} (step {one.step}, as {kept[one.step].path.name})"
        for one in sorted(passed_over, key=lambda one: one.step)[:_NAMED]
    ]
    more = f" and {len(passed_over) - _NAMED} more" if len(passed_over) > _NAMED else ""
    return (
        "Several files say the same step, and of these the first by name that can be read is looked at. "
        f"Passed over: {', '.join(named)}{more}."
    )
