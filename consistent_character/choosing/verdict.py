"""From figures to words: what each iteration is, from where on the run is overtrained, and which one to use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

import numpy as np
import numpy.typing as npt

from consistent_character.choosing.onset import SCENE_KEPT, Onset, Verdict, cut_of
from consistent_character.choosing.resampling import SURE, Floats, band, mean_of, resampled
from consistent_character.choosing.result import RunnerUp

LIKE = 0.5
"""From here on it is more the character than the class word."""
TIE = 0.02
"""Figures that differ by less are told as the same."""
_AGREED = 0.7
"""Share of resamples that must agree on the verdict of one iteration."""
_EQUAL = 0.005
"""Of worths that differ by less the earlier is taken."""
_MARGIN = 0.1
_MATTERS = 1.05
"""Another iteration is better where it is worth this many times as much."""
CHANCE = 0.1
"""A runner-up would be better with at least this share of other seeds."""
_RUNNERS_UP = 3
_TRAIN_ON = "It is still undertrained: train on, or at a higher learning rate."
_TOO_FAST = "It is still undertrained: this run loses the scene before it has learned the character."


@dataclass(frozen=True)
class Reading:
    """What an iteration's pictures read: an entry for each seed that counts, the first ones of the same list for all.

    0 and 1 are the ends that the signals were calibrated to; single pictures may lie outside.
    """

    step: int
    scene: tuple[float, ...]
    likeness: tuple[float, ...]


@dataclass(frozen=True)
class Judged:
    """An iteration's verdict.

    `confidence` is the share of resamples of the seeds that agree, 0..1; the bands are where 90 % of them lie.
    """

    step: int
    scene: float
    likeness: float
    verdict: Verdict
    confidence: float
    reason: str
    scene_band: tuple[float, float] = (0.0, 1.0)
    likeness_band: tuple[float, float] = (0.0, 1.0)
    beyond: float = 0.0
    """How much more like the character it is than the training pictures are among themselves: no figure says so, but
    of two such iterations the one is better than the other."""

    @property
    def whole_likeness(self) -> float:
        """What iterations are compared by, 0 or more."""
        return self.likeness + self.beyond

    @property
    def worth(self) -> float:
        """What is wanted of an iteration: the scene asked for, and the character in it, 0 or more."""
        return self.scene * self.whole_likeness


@dataclass(frozen=True)
class Choice:
    """The answer: `onset` the first overtrained step, `recommended` the step to use, None where there is none.

    `cut` is where the run is cut in two, and how sure that is; `cannot_tell` is why no onset is named although there
    may be one. `runners_up` would be as good with some other seeds, the likeliest first. `chances` are the shares of
    other seeds with which each of the other steps that can be used would be clearly the better one.
    """

    iterations: tuple[Judged, ...]
    onset: int | None
    recommended: int | None
    why: str
    confidence: float = 0.0
    runners_up: tuple[RunnerUp, ...] = ()
    cut: Onset | None = None
    cannot_tell: str = ""
    chances: Mapping[int, float] = field(default_factory=dict)

    @property
    def likeliest_onset(self) -> int | None:
        """The first overtrained step as far as seen, told or not: what a run that still goes on looks like."""
        return self.iterations[self.cut.place].step if self.cut is not None and self.cut.found else None

    @property
    def onset_confidence(self) -> float:
        """The share of resamples that say the same of the onset, 0..1; 0 where nothing can be said of it."""
        return self.cut.confidence if self.cut is not None else 0.0


def choose(readings: Sequence[Reading], no_scene: str = "", no_likeness: str = "") -> Choice:
    """Judge all iterations, first to last, and choose one.

    `no_scene` is why scenes mean nothing: then all are `unsure`. `no_likeness` is why likenesses mean nothing: then the
    onset is still named, but none to use.
    """
    if no_scene:
        return Choice(tuple(_untold(reading) for reading in readings), None, None, no_scene)
    judged = [_judge(reading) for reading in readings]
    steps = [reading.step for reading in readings]
    cut = cut_of(steps, [reading.scene for reading in readings])
    cannot_tell = _cannot_tell(cut, steps)
    onset = judged[cut.place].step if cut.found and not cannot_tell else None
    judged = [_in_context(judgement, onset, cannot_tell) for judgement in judged]
    if no_likeness:
        judged = [_without_likeness(judgement) for judgement in judged]
        return Choice(tuple(judged), onset, None, no_likeness, cut=cut, cannot_tell=cannot_tell)
    kept = [one for one in judged if _usable(one, onset)]
    if not kept:
        return Choice(tuple(judged), onset, None, _nothing_to_use(judged), cut=cut, cannot_tell=cannot_tell)
    best = _worthiest(kept)
    chances = _chances(best, kept, {reading.step: reading for reading in readings})
    confidence = 1.0 - max(chances.values(), default=0.0)
    why = _why(best, kept, judged, onset, confidence)
    rivals = _runners_up(best, kept, chances)
    return Choice(tuple(judged), onset, best.step, why, confidence, rivals, cut, cannot_tell, chances)


# --- one iteration --------------------------------------------------------------------------------------------------


def _class_of(scene: float, likeness: float) -> Verdict:
    if scene < SCENE_KEPT:
        return "overtrained"
    return "good" if likeness >= LIKE else "undertrained"


def _agreeing(verdict: Verdict, scenes: Floats, likenesses: Floats) -> npt.NDArray[np.bool_]:
    """The resamples that come to the same verdict."""
    kept, like = scenes >= SCENE_KEPT, likenesses >= LIKE
    found = {"overtrained": ~kept, "good": kept & like, "undertrained": kept & ~like}
    return np.asarray(found[verdict], dtype=np.bool_)


def _judge(reading: Reading) -> Judged:
    scene, likeness = mean_of(reading.scene), mean_of(reading.likeness)
    scenes, likenesses = resampled(reading.scene), resampled(reading.likeness)
    verdict = _class_of(scene, likeness)
    confidence = float(_agreeing(verdict, scenes, likenesses).mean())
    beyond = mean_of(reading.likeness, inf) - likeness
    judged = Judged(reading.step, scene, likeness, verdict, confidence, "", band(scenes), band(likenesses), beyond)
    if confidence < _AGREED:
        reason = f"The seeds do not agree: {_figures(scene, likeness)} on average, but not in all pictures."
        return replace(judged, verdict="unsure", reason=reason)
    return replace(judged, reason=_reason(verdict, scene, likeness))


def _untold(reading: Reading) -> Judged:
    reason = "No verdict: there is nothing to compare with."
    return Judged(reading.step, mean_of(reading.scene), mean_of(reading.likeness), "unsure", 0.0, reason)


def _figures(scene: float, likeness: float) -> str:
    return f"scene {scene:.2f}, likeness {likeness:.2f}"


def _reason(verdict: Verdict, scene: float, likeness: float) -> str:
    words = {
        "overtrained": "The training set's backdrop shows where the scene should be",
        "undertrained": "The scene is there, but the person is still more anybody than the character",
        "good": "The scene is there, and so is the character",
    }
    return f"{words[verdict]} ({_figures(scene, likeness)})."


# --- the run --------------------------------------------------------------------------------------------------------


def _cannot_tell(cut: Onset, steps: Sequence[int]) -> str:
    """Why no onset is told, where other seeds would well tell another one; empty where one is, or surely none."""
    if cut.confidence >= SURE:
        return ""
    earliest = f"from step {steps[cut.earliest]}"
    if cut.latest == cut.count:
        told = ("whether it is overtrained", f"with others it would be {earliest} on, or never")
    else:
        told = (
            "from when on it is overtrained",
            f"{earliest} at the earliest, from step {steps[cut.latest]} at the latest",
        )
    return f"Cannot tell {told[0]}, because the seeds do not agree: {told[1]}."


def _without_likeness(judged: Judged) -> Judged:
    if judged.verdict not in ("good", "undertrained"):
        return judged
    reason = f"The scene is there (scene {judged.scene:.2f}); how like the character it is cannot be told."
    return replace(judged, verdict="unsure", reason=reason)


def _in_context(judged: Judged, onset: int | None, cannot_tell: str) -> Judged:
    """A single loss of the scene, or one that is made good later, is not overtraining yet; what has begun goes on."""
    if judged.scene >= SCENE_KEPT or cannot_tell:
        return judged
    figures = _figures(judged.scene, judged.likeness)
    if onset is not None and judged.step >= onset:
        torn = f"The scene is lost in most pictures ({figures}), and after step {onset} it does not come back for good."
        return judged if judged.verdict == "overtrained" else replace(judged, verdict="overtrained", reason=torn)
    if judged.verdict != "overtrained":
        return judged
    reason = f"The scene is lost here ({figures}), but later iterations draw it again: "
    return replace(judged, verdict="unsure", reason=f"{reason}not overtrained for good, and not one to use.")


def _usable(judged: Judged, onset: int | None) -> bool:
    """What keeps the scene; after the onset only one that surely finds it again."""
    if onset is not None and judged.step >= onset:
        return judged.verdict in ("good", "undertrained")
    return _keeps(judged)


def _keeps(judged: Judged) -> bool:
    """Also where the seeds disagree about the person only, or about the scene a little."""
    if judged.verdict == "unsure":
        return judged.scene >= SCENE_KEPT + _MARGIN
    return judged.verdict != "overtrained"


def _worthiest(kept: Sequence[Judged]) -> Judged:
    """The worthiest, the earliest of those that are as good: what is learned later is backdrop sooner than person."""
    highest = max(judged.worth for judged in kept)
    return next(judged for judged in kept if judged.worth >= highest - _EQUAL)


def _chances(best: Judged, kept: Sequence[Judged], readings: Mapping[int, Reading]) -> dict[int, float]:
    """For every other kept step, the share of resamples of their common seeds in which it is clearly worth more."""
    chances = {}
    for other in kept:
        if other.step != best.step:
            count = min(len(readings[one.step].scene) for one in (best, other))
            own, others = (_worths(readings[one.step], count) for one in (best, other))
            chances[other.step] = float((others > own * _MATTERS).mean())
    return chances


def _worths(reading: Reading, count: int) -> Floats:
    return np.asarray(resampled(reading.scene[:count]) * resampled(reading.likeness[:count], inf))


def _runners_up(best: Judged, kept: Sequence[Judged], chances: Mapping[int, float]) -> tuple[RunnerUp, ...]:
    near = [one for one in kept if chances.get(one.step, 0.0) >= CHANCE or _as_good(one, best)]
    near.sort(key=lambda one: (-chances[one.step], -one.worth))
    return tuple(RunnerUp(one.step, _compared(one, best, chances[one.step])) for one in near[:_RUNNERS_UP])


def _as_good(one: Judged, best: Judged) -> bool:
    return one.step != best.step and one.worth >= best.worth - TIE


def _compared(one: Judged, best: Judged, chance: float) -> str:
    more = [what for what, a, b in _pairs(one, best) if a > b + TIE]
    less = [what for what, a, b in _pairs(one, best) if a < b - TIE]
    told = " and ".join([*(f"more {what}" for what in more), *(f"less {what}" for what in less)]) or "as good in both"
    return f"{_figures(one.scene, one.likeness)}: {told}; with other seeds it would be the better one in {chance:.0%}."


def _pairs(one: Judged, best: Judged) -> tuple[tuple[str, float, float], ...]:
    return (("scene", one.scene, best.scene), ("likeness", one.whole_likeness, best.whole_likeness))


def _nothing_to_use(judged: Sequence[Judged]) -> str:
    most = max(one.scene for one in judged)
    return f"No iteration that was looked at keeps the scene: at most {most:.2f} of it is left."


def _why(best: Judged, kept: Sequence[Judged], judged: Sequence[Judged], onset: int | None, confidence: float) -> str:
    figures = _figures(best.scene, best.likeness)
    if len(kept) == 1:
        parts = [f"Step {best.step} is the only iteration to keep the scene ({figures})."]
    else:
        parts = [
            f"Step {best.step} has the most of both, scene and character, of the {len(kept)} iterations that keep the "
            f"scene ({figures}); with other seeds it would be so again in about {confidence:.0%} of cases."
        ]
    if best.likeness < LIKE:
        parts.append(_TRAIN_ON if onset is None else _TOO_FAST)
    if onset is not None:
        scene = float(np.mean([one.scene for one in judged if one.step >= onset]))
        parts.append(f"From step {onset} on the run is overtrained: the scene falls to {scene:.2f}.")
        if best.step >= onset:
            parts.append(
                f"Step {best.step} is one of the few after it that find the scene again: look at its pictures."
            )
    return " ".join(parts)
