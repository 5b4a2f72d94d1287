"""Which iterations to look at next, and how closely: from coarse to fine, about 2 log2(n) of n iterations.

First some of them, evenly spaced, with a few seeds each. Then where the scene is lost between two of them, the one in
the middle, until they are neighbours; and the same around the one that is worth most. Where the scene goes and comes
back, all of them. What is claimed in the end is looked at with all seeds, and with more where these do not agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log2

from consistent_character.choosing.onset import SCENE_KEPT
from consistent_character.choosing.verdict import Choice

SURE = 0.9
"""What is claimed should be so for this share of resamples, or is looked at with more seeds."""
_FEWEST_STEPS = 4
_CLEARLY = 0.15


@dataclass(frozen=True)
class Plan:
    """What there is to look at: all steps in order, and how many seeds at first, for what is claimed, and at most."""

    steps: tuple[int, ...]
    scouting: int
    claiming: int
    most: int
    coarse: bool = True


Wanted = dict[int, int]
"""How many seeds of each step are to be looked at."""


def first(plan: Plan) -> Wanted:
    """What to look at before anything is known."""
    if not plan.coarse:
        return dict.fromkeys(plan.steps, plan.claiming)
    return dict.fromkeys(_spaced(plan.steps), plan.scouting)


def further(plan: Plan, choice: Choice, seen: Mapping[int, int]) -> Wanted:
    """What to look at after `seen`, the number of seeds seen of each step, has led to `choice`; nothing at the end."""
    if torn(choice):
        wanted = {step: plan.claiming for step in plan.steps if seen.get(step, 0) < plan.claiming}
        return wanted or _closer(plan, choice, seen)
    stages = (_boundary(plan, choice), _around_the_best(plan, choice))
    for steps in stages:
        wanted = {step: plan.scouting for step in steps if step not in seen}
        if wanted:
            return wanted
    return _closer(plan, choice, seen)


def torn(choice: Choice) -> bool:
    """Whether no single cut explains what was seen, or nothing keeps the scene: then some do not speak for all.

    Such a run falls and comes back; what lies between those that were looked at may be either.
    """
    if all(judged.scene < SCENE_KEPT for judged in choice.iterations):
        return True
    end = choice.onset
    before = (judged.scene for judged in choice.iterations if end is None or judged.step < end)
    after = (judged.scene for judged in choice.iterations if end is not None and judged.step >= end)
    return any(scene < SCENE_KEPT - _CLEARLY for scene in before) or any(
        scene > SCENE_KEPT + _CLEARLY for scene in after
    )


def _closer(plan: Plan, choice: Choice, seen: Mapping[int, int]) -> Wanted:
    """More seeds for what is claimed, and more still where they do not agree."""
    claims = list(_claims(choice))
    closer = {step: plan.claiming for step in claims if seen[step] < plan.claiming}
    if closer:
        return closer
    unsettled = (step for step in _open(choice, claims) if seen[step] < plan.most)
    return {step: min(plan.most, seen[step] + plan.scouting) for step in unsettled}


def _spaced(steps: Sequence[int]) -> list[int]:
    """The first, the last, and some between, as evenly as may be."""
    count = min(len(steps), max(_FEWEST_STEPS, ceil(log2(max(2, len(steps)))) + 2))
    return [steps[round(place * (len(steps) - 1) / max(1, count - 1))] for place in range(count)]


def _boundary(plan: Plan, choice: Choice) -> Iterator[int]:
    """On both sides of the onset until its neighbours are known."""
    seen = [judged.step for judged in choice.iterations]
    if choice.onset is not None:
        place = seen.index(choice.onset)
        for one, other in pairwise(seen[max(0, place - 1) : place + 1]):
            yield from _between(plan.steps, one, other)
        yield from _neighbours(plan.steps, choice.onset)


def _around_the_best(plan: Plan, choice: Choice) -> Iterator[int]:
    if choice.recommended is None:
        return
    seen = [judged.step for judged in choice.iterations]
    place = seen.index(choice.recommended)
    for neighbour in seen[max(0, place - 1) : place + 2]:
        yield from _between(plan.steps, min(choice.recommended, neighbour), max(choice.recommended, neighbour))


def _between(steps: Sequence[int], before: int, after: int) -> Iterator[int]:
    """The step in the middle, if there is any between."""
    start, end = steps.index(before), steps.index(after)
    if end - start > 1:
        yield steps[(start + end) // 2]


def _neighbours(steps: Sequence[int], step: int) -> Iterator[int]:
    place = steps.index(step)
    yield from steps[max(0, place - 1) : place]
    yield from steps[place + 1 : place + 2]


def _claims(choice: Choice) -> Iterator[int]:
    """The steps about which something is said in the end; where nothing was lost, that the last one keeps it."""
    steps = [judged.step for judged in choice.iterations]
    named: Collection[int | None]
    if choice.onset is None:
        named = (steps[-1],)
    else:
        place = steps.index(choice.onset)
        named = steps[max(0, place - 1) : place + 2]
    rivals = (runner.step for runner in choice.runners_up)
    yield from dict.fromkeys(step for step in (choice.recommended, *named, *rivals) if step is not None)


def _open(choice: Choice, claims: Collection[int]) -> Iterator[int]:
    """The steps whose claims the seeds do not agree on."""
    judged = {one.step: one for one in choice.iterations}
    unsettled = [step for step in claims if not _settled(*judged[step].scene_band)]
    yield from unsettled
    if choice.recommended is not None and choice.confidence < SURE:
        rivals = (runner.step for runner in choice.runners_up)
        yield from (step for step in (choice.recommended, *rivals) if step not in unsettled)


def _settled(low: float, high: float) -> bool:
    """Whether the scene is kept, or lost, over the whole of its band."""
    return high < SCENE_KEPT or low >= SCENE_KEPT
