"""Forest tests made by hand, with pictures painted for them: what is shown, without anything being judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

from consistent_character.choosing import ForestTest, IterationResult, PictureResult
from consistent_character.choosing.result import RunnerUp, Unseen
from consistent_character.choosing.signals.signal import Signal
from worlds.cartoon.painter import paint
from worlds.cartoon.scene import HELD_OUT, Person

SEEDS = (1, 2, 3)


def picture(folder: Path, name: str, person: Person, *, zoom: str, angle: str, background: str, seed: int = 0) -> Path:
    """Paint one picture of a person and save it."""
    path = folder / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    paint(person.seen(clothes="gray", zoom=zoom, angle=angle, background=background), Random(seed)).save(path)
    return path


def closeup(folder: Path, seed: int, person: Person, background: str) -> Path:
    """One picture of the forest test."""
    zoom, angle = "an extreme closeup", "front shot"
    return picture(folder, str(seed), person, zoom=zoom, angle=angle, background=background, seed=seed)


def forest_test(
    base: Path,
    steps: Sequence[int] = (25, 50, 75, 100),
    *,
    onset: int | None = 75,
    seeds: Sequence[int] = SEEDS,
    unseen: Sequence[int] = (),
    uncounted: int | None = None,
    cannot_tell: str = "",
) -> ForestTest:
    """A test of these iterations; from `onset` on the forest is lost. The paths start from `base`."""
    iterations = tuple(_iteration(base, step, onset, seeds, uncounted) for step in steps)
    good = [one.step for one in iterations if one.verdict == "good"]

    def shown(kind: str, person: Person, background: str) -> tuple[str, ...]:
        paths = (closeup(base / kind, seed, person, background) for seed in seeds)
        return tuple(path.relative_to(base).as_posix() for path in paths)

    return ForestTest(
        prompt="an extreme closeup color photo of {name} in a forest",
        class_word="woman",
        checkpoint="cartoon-world",
        seeds=tuple(seeds),
        baseline=shown("baseline", HELD_OUT[1], "forest"),
        references=shown("references", HELD_OUT[0], "gray"),
        iterations=iterations,
        onset=None if cannot_tell else onset,
        recommended=good[-1] if good and not cannot_tell else None,
        why="the most like the character of those that still draw the forest",
        confidence=0.9,
        scene_auc=1.0,
        likeness_auc=1.0,
        cannot_tell=cannot_tell,
        advice="Take another scene." if cannot_tell else "",
        token="t0ken",
        runners_up=tuple(RunnerUp(step, "nearly as like.") for step in good[:-1]),
        unseen=tuple(Unseen(step, file_signals(step)) for step in unseen),
        drawn=(len(steps) + 1) * len(seeds),
    )


def file_signals(step: int) -> tuple[Signal, ...]:
    """What a file alone tells."""
    long = Signal("vector norms", min(1.0, step / 200), "low", f"They are long at {step}.", "Gal 2022", bad=step >= 100)
    return (long, Signal("drift", min(1.0, step / 150), "neither", "How far it went.", "own measure"))


def _iteration(
    base: Path, step: int, onset: int | None, seeds: Sequence[int], uncounted: int | None
) -> IterationResult:
    over = onset is not None and step >= onset
    scene, likeness = (0.12 if over else 0.83), min(0.93, step / 110)
    verdict = "overtrained" if over else "good" if likeness > 0.5 else "undertrained"
    pictures = tuple(
        PictureResult(
            seed,
            closeup(base / str(step), seed, HELD_OUT[0 if likeness > 0.5 else 1], "gray" if over else "forest")
            .relative_to(base)
            .as_posix(),
            scene,
            likeness,
            counts=seed != uncounted,
        )
        for seed in seeds
    )
    reason = f"scene {'lost' if over else 'kept'}, likeness {likeness:.2f} of 1"
    bands = (max(0.0, scene - 0.1), scene + 0.1), (max(0.0, likeness - 0.05), min(1.0, likeness + 0.05))
    signals = (
        Signal("scene", scene, "high", reason, "own measure", *bands[0], bad=over),
        Signal("likeness", likeness, "high", "Between the two ends.", "own measure", *bands[1]),
        *file_signals(step),
    )
    return IterationResult(step, scene, likeness, verdict, 0.9, reason, pictures, *bands, signals)  # type: ignore[arg-type]
