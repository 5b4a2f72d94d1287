"""Which iterations to look at next, and how closely: from coarse to fine, about 2 log2(n) of n iterations.

First some of them, evenly spaced, with a few seeds each. Then where the scene is lost between two of them, the one in
the middle, until they are neighbours; and the same around the one that is worth most. Where the scene goes and comes
back, all of them. What is claimed in the end is looked at with all seeds, and with more where these do not agree; so is
what would be clearly better than the best with some other seeds.

Source: racing, O. Maron and A. W. Moore, Hoeffding races, 1993: only those that may still win are looked at again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log2

from consistent_character.choosing.onset import SCENE_KEPT
from consistent_character.choosing.resampling import SURE
from consistent_character.choosing.verdict import CHANCE, Choice, Judged

_FEWEST_STEPS = 4
_CLEARLY = 0.15
_HOPEFUL = 0.7
"""More seeds are taken where this share of four times as many, reading alike, would agree on the onset."""


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
    stages = (_whole(plan, choice), _neighbourhood(plan, choice, seen), _closer(plan, choice, seen))
    for stage in stages:
        if wanted := {step: count for step, count in stage.items() if seen.get(step, 0) < count}:
            return wanted
    return {}


def torn(choice: Choice) -> bool:
    """Whether no single cut explains what was seen: then some iterations do not speak for all.

    Such a run falls and comes back; what lies between those that were looked at may be either.
    """
    end = choice.likeliest_onset
    before = (judged.scene for judged in choice.iterations if end is None or judged.step < end)
    after = (judged.scene for judged in choice.iterations if end is not None and judged.step >= end)
    return any(scene < SCENE_KEPT - _CLEARLY for scene in before) or any(
        scene > SCENE_KEPT + _CLEARLY for scene in after
    )


def _whole(plan: Plan, choice: Choice) -> Wanted:
    """A few seeds of all iterations, where some of them do not speak for those between.

    That is of a run that is torn, and where nothing keeps the scene: one that does may lie between.
    """
    if torn(choice) or all(judged.scene < SCENE_KEPT for judged in choice.iterations):
        return dict.fromkeys(plan.steps, plan.scouting)
    return {}


def _neighbourhood(plan: Plan, choice: Choice, seen: Mapping[int, int]) -> Wanted:
    """A few seeds of what lies around the onset, and then around the best, until their neighbours are known."""
    for steps in (_boundary(plan, choice), _around_the_best(plan, choice)):
        if unseen := [step for step in steps if step not in seen]:
            return dict.fromkeys(unseen, plan.scouting)
    return {}


def _closer(plan: Plan, choice: Choice, seen: Mapping[int, int]) -> Wanted:
    """All seeds for what is claimed, and twice as many each time where they do not agree."""
    claims = list(_claims(choice))
    if any(seen[step] < plan.claiming for step in claims):
        return dict.fromkeys(claims, plan.claiming)
    twice = min(plan.most, 2 * plan.claiming)
    return {
        **{step: twice for step in _rivals(choice) if seen[step] < twice},
        **{step: min(plan.most, 2 * seen[step]) for step in _open(plan, choice, seen)},
    }


def _spaced(steps: Sequence[int]) -> list[int]:
    """The first, the last, and some between, as evenly as may be."""
    count = min(len(steps), max(_FEWEST_STEPS, ceil(log2(max(2, len(steps)))) + 2))
    return [steps[round(place * (len(steps) - 1) / max(1, count - 1))] for place in range(count)]


def _boundary(plan: Plan, choice: Choice) -> Iterator[int]:
    """On both sides of the onset until its neighbours are known."""
    seen = [judged.step for judged in choice.iterations]
    if choice.likeliest_onset is not None:
        place = seen.index(choice.likeliest_onset)
        for one, other in pairwise(seen[max(0, place - 1) : place + 1]):
            yield from _between(plan.steps, one, other)
        yield from _neighbours(plan.steps, choice.likeliest_onset)


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
    if choice.likeliest_onset is None:
        named = (steps[-1],)
    else:
        place = steps.index(choice.likeliest_onset)
        named = steps[max(0, place - 1) : place + 2]
    rivals = (runner.step for runner in choice.runners_up)
    yield from dict.fromkeys(step for step in (choice.recommended, *named, *rivals) if step is not None)


def _rivals(choice: Choice) -> Iterator[int]:
    """The best one and those that would be clearly better with some other seeds, where there are any."""
    rivals = [step for step, chance in choice.chances.items() if chance >= CHANCE]
    if choice.recommended is not None and rivals:
        yield from (choice.recommended, *rivals)


def _open(plan: Plan, choice: Choice, seen: Mapping[int, int]) -> list[int]:
    """The steps on which other seeds might give another onset: where the run may be cut.

    First those whose scene is not clear, up to four times the seeds of a claim; then the others, up to twice as many;
    and further only where more seeds promise to settle it.
    """
    if choice.cut is None or choice.cut.confidence >= SURE:
        return []
    places = choice.iterations[max(0, choice.cut.earliest - 1) : choice.cut.latest + 1]
    twice, four_times = (min(plan.most, times * plan.claiming) for times in (2, 4))
    unclear = [one.step for one in places if not _clear(one) and seen[one.step] < four_times]
    few = [one.step for one in places if seen[one.step] < twice]
    if unclear or few or choice.cut.prospect < _HOPEFUL:
        return unclear or few
    return [one.step for one in places]


def _clear(judged: Judged) -> bool:
    """Whether its scene is clearly kept or clearly lost, whatever the seeds."""
    low, high = judged.scene_band
    return low > SCENE_KEPT + _CLEARLY or high < SCENE_KEPT - _CLEARLY
