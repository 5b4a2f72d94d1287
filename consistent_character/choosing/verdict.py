"""From figures to words: what each iteration is, from where on the run is overtrained, and which one to use.

The tutorial's rule: a run is overtrained when the scene is lost in several iterations in a row, not in one bad picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

Verdict = Literal["undertrained", "good", "overtrained", "unsure"]
Floats = npt.NDArray[np.float64]

SCENE_KEPT = 0.5
"""From here on more of the scene is there than of the training set's backdrop."""
LIKE = 0.5
"""From here on it is more the character than the class word."""
SURE = 0.7
"""Share of resamples that must agree."""
TIE = 0.02
"""Likenesses that differ by less are the same."""
_MARGIN = 0.1
_RESAMPLES = 2000


@dataclass(frozen=True)
class Reading:
    """What an iteration's pictures read: an entry for each seed that counts, the same seeds for every iteration.

    0 and 1 are the ends that the signals were calibrated to; single pictures may lie outside.
    """

    step: int
    scene: tuple[float, ...]
    likeness: tuple[float, ...]


@dataclass(frozen=True)
class Judged:
    """An iteration's verdict. `confidence` is the share of resamples of the seeds that agree, 0..1."""

    step: int
    scene: float
    likeness: float
    verdict: Verdict
    confidence: float
    reason: str


@dataclass(frozen=True)
class Choice:
    """The answer: `onset` the first overtrained step, `recommended` the step to use, None where there is none."""

    iterations: tuple[Judged, ...]
    onset: int | None
    recommended: int | None
    why: str
    confidence: float = 0.0


def choose(readings: Sequence[Reading], no_scene: str = "", no_likeness: str = "") -> Choice:
    """Judge all iterations, first to last, and choose one.

    `no_scene` is why scenes mean nothing: then all are `unsure`. `no_likeness` is why likenesses mean nothing: then the
    onset is still named, but none to use.
    """
    if no_scene:
        return Choice(tuple(_untold(reading) for reading in readings), None, None, no_scene)
    seeds = _resampled_seeds(len(readings[0].scene))
    means = [(_means(reading.scene, seeds), _means(reading.likeness, seeds)) for reading in readings]
    judged = [_judge(reading, *both) for reading, both in zip(readings, means, strict=True)]
    lost = _lost_for_good([judgement.verdict for judgement in judged])
    onset = judged[lost[0]].step if lost else None
    judged = [_in_context(judgement, index in lost) for index, judgement in enumerate(judged)]
    if no_likeness:
        return Choice(tuple(_without_likeness(judgement) for judgement in judged), onset, None, no_likeness)
    kept = [index for index, one in enumerate(judged) if _keeps(one) and (onset is None or one.step < onset)]
    if not kept:
        return Choice(tuple(judged), onset, None, _nothing_to_use(judged))
    best = _most_like([judged[index] for index in kept])
    likenesses = np.stack([means[index][1] for index in kept])
    confidence = float((likenesses[kept.index(judged.index(best))] >= likenesses.max(axis=0) - TIE).mean())
    why = _why(best, [judged[index] for index in kept], judged, onset, confidence)
    return Choice(tuple(judged), onset, best.step, why, confidence)


# --- one iteration --------------------------------------------------------------------------------------------------


def _resampled_seeds(count: int) -> npt.NDArray[np.intp]:
    """Seeds drawn with replacement, `(resamples, count)`: the same ones for every iteration, so that they are paired.

    Source: B. Efron, Bootstrap methods: another look at the jackknife, 1979.
    """
    return np.random.default_rng(0).integers(0, count, (_RESAMPLES, count))


def _means(values: Sequence[float], seeds: npt.NDArray[np.intp]) -> Floats:
    """The mean of every resample, `(resamples,)`."""
    return np.asarray(np.clip(np.asarray(values, dtype=np.float64)[seeds].mean(axis=1), 0, 1))


def _mean(values: Sequence[float]) -> float:
    return float(np.clip(np.mean(values), 0, 1))


def _class_of(scene: float, likeness: float) -> Verdict:
    if scene < SCENE_KEPT:
        return "overtrained"
    return "good" if likeness >= LIKE else "undertrained"


def _judge(reading: Reading, scenes: Floats, likenesses: Floats) -> Judged:
    scene, likeness = _mean(reading.scene), _mean(reading.likeness)
    verdict = _class_of(scene, likeness)
    agreeing = [_class_of(s, k) == verdict for s, k in zip(scenes, likenesses, strict=True)]
    confidence = float(np.mean(agreeing))
    if confidence < SURE:
        reason = f"The seeds do not agree: {_figures(scene, likeness)} on average, but not in all pictures."
        return Judged(reading.step, scene, likeness, "unsure", confidence, reason)
    return Judged(reading.step, scene, likeness, verdict, confidence, _reason(verdict, scene, likeness))


def _untold(reading: Reading) -> Judged:
    reason = "No verdict: there is nothing to compare with."
    return Judged(reading.step, _mean(reading.scene), _mean(reading.likeness), "unsure", 0.0, reason)


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


def _lost_for_good(verdicts: Sequence[Verdict]) -> range:
    """The iterations from the first of several overtrained in a row to the last of them; empty where there is none.

    At least two in a row, or those that end the run. Unsure ones neither make nor break a row. A row after which at
    least two in a row keep the scene was no overtraining: that is not undone by training on.
    """
    row: list[int] = []
    recovering = 0
    for index, verdict in enumerate(verdicts):
        if verdict == "overtrained":
            row = [*row, index] if recovering == 0 or len(row) >= 2 else [index]
            recovering = 0
        elif verdict != "unsure":
            recovering += 1
            if recovering >= 2:
                row = []
    ends_the_run = bool(row) and recovering == 0
    return range(row[0], row[-1] + 1) if len(row) >= 2 or ends_the_run else range(0)


def _without_likeness(judged: Judged) -> Judged:
    if judged.verdict not in ("good", "undertrained"):
        return judged
    reason = f"The scene is there (scene {judged.scene:.2f}); how like the character it is cannot be told."
    return replace(judged, verdict="unsure", reason=reason)


def _in_context(judged: Judged, lost: bool) -> Judged:
    """A single loss of the scene, or one that is made good later, is not overtraining yet."""
    if judged.verdict != "overtrained" or lost:
        return judged
    reason = (
        f"The scene is lost here ({_figures(judged.scene, judged.likeness)}), but later iterations draw it again: "
        "not overtrained for good, and not one to use."
    )
    return replace(judged, verdict="unsure", reason=reason)


def _keeps(judged: Judged) -> bool:
    """Also where the seeds disagree about the person only, or about the scene a little."""
    if judged.verdict == "unsure":
        return judged.scene >= SCENE_KEPT + _MARGIN
    return judged.verdict != "overtrained"


def _most_like(kept: Sequence[Judged]) -> Judged:
    highest = max(judged.likeness for judged in kept)
    return next(judged for judged in kept if judged.likeness >= highest - TIE)


def _nothing_to_use(judged: Sequence[Judged]) -> str:
    scenes = [one.scene for one in judged]
    return (
        f"No iteration keeps the scene (at most {max(scenes):.2f} of it is left). Train more gently, save iterations "
        "more often, and see that every caption names the backdrop."
    )


def _why(best: Judged, kept: Sequence[Judged], judged: Sequence[Judged], onset: int | None, confidence: float) -> str:
    figures = _figures(best.scene, best.likeness)
    if len(kept) == 1:
        parts = [f"Step {best.step} is the only iteration to keep the scene ({figures})."]
    else:
        parts = [
            f"Step {best.step} is the most like the character of the {len(kept)} iterations that keep the scene "
            f"({figures}); with other seeds it would be so again in about {confidence:.0%} of cases."
        ]
    if best.likeness < LIKE:
        parts.append("It is still undertrained: train on, or at a higher learning rate.")
    if onset is not None:
        after = [one for one in judged if one.step >= onset]
        scene = float(np.mean([one.scene for one in after]))
        parts.append(f"From step {onset} on the run is overtrained: the scene falls to {scene:.2f}.")
    return " ".join(parts)
