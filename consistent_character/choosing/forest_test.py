"""The forest test: every iteration draws the same scene with the same seeds; what is lost, and who is gained?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing.rendering import Gallery, Planned, draw_missing, plan_gallery
from consistent_character.choosing.request import NAME, ForestRequest
from consistent_character.choosing.result import ForestTest, IterationResult, PictureResult, write_result
from consistent_character.choosing.training_set import (
    Reference,
    comparable,
    find_iterations,
    framing_of,
    load_references,
)
from consistent_character.choosing.verdict import Judged, Reading, choose
from consistent_character.engine import Engine
from consistent_character.progress import Progress
from consistent_character.prompts import guard
from consistent_character.vision import features
from consistent_character.vision.signals import pixels
from consistent_character.vision.signals.likeness import LikenessSignal
from consistent_character.vision.signals.pixels import learn_regions
from consistent_character.vision.signals.scene import SceneSignal

_ENOUGH = 40
"""Training pictures beyond this many make no reading better, only slower."""


@dataclass(frozen=True)
class _Signals:
    scene: SceneSignal
    likeness: LikenessSignal

    @property
    def cannot_tell(self) -> str:
        return self.scene.cannot_tell or self.likeness.cannot_tell


def forest_test(
    folder: CharacterFolder, run: Path, request: ForestRequest, engine: Engine, progress: Progress
) -> ForestTest:
    """Draw the same scene with every iteration of a run and with the class word, judge, and write `forest-test.json`.

    Pictures that an earlier test has drawn from the same request, checkpoint and iteration are not drawn again.

    Raises:
        RequestError: a setting that cannot be used.
        UnsafePrompt: the prompt pairs sexual wording with somebody described as a minor. Nothing is drawn.
        FolderError: there are no iterations or too few training pictures, or the disk is full. What was drawn is kept.
        Interrupted: the user stopped it. What was drawn is kept.
    """
    request.check()
    # An iteration's name hides whom it draws: the look is read with the prompt.
    guard.check(f"{folder.character.look}, {request.prompt.replace(NAME, request.class_word)}")
    iterations = find_iterations(folder, run)
    references = load_references(folder, run)
    gallery = plan_gallery(run, folder.character.token, request, iterations, engine.checkpoint)
    draw_missing(gallery, engine, progress)
    framed = comparable(references, framing_of(request.prompt.replace(NAME, request.class_word)))
    signals = _calibrated(references, framed, gallery)
    rows = _looked_at(gallery, signals, folder.path)
    readings = [_reading(step, pictures) for step, pictures in rows]
    choice = choose(readings, signals.scene.cannot_tell, signals.likeness.cannot_tell)
    test = ForestTest(
        prompt=request.prompt,
        class_word=request.class_word,
        checkpoint=engine.checkpoint.name,
        seeds=request.seeds,
        baseline=tuple(_within(folder.path, planned.path) for planned in gallery.baseline),
        references=tuple(_within(folder.path, reference.path) for reference in framed[: len(request.seeds)]),
        iterations=tuple(_result(one, row) for one, (_, row) in zip(choice.iterations, rows, strict=True)),
        onset=choice.onset,
        recommended=choice.recommended,
        why=choice.why,
        confidence=choice.confidence,
        scene_auc=signals.scene.separation.auc,
        likeness_auc=signals.likeness.separation.auc,
        cannot_tell=signals.cannot_tell,
    )
    write_result(run, test)
    return test


def _calibrated(references: Sequence[Reference], framed: Sequence[Reference], gallery: Gallery) -> _Signals:
    walls = [reference.pixels for reference in framed[:: max(1, len(framed) // _ENOUGH)]]
    baseline = [_described(planned) for planned in gallery.baseline]
    regions = learn_regions([reference.pixels for reference in references], walls)
    return _Signals(SceneSignal(walls, baseline, regions.backdrop), LikenessSignal(walls, baseline, regions.person))


def _described(planned: Planned) -> pixels.Floats:
    return pixels.described(features.load_rgb(planned.path, 2 * pixels.EDGE))


def _looked_at(gallery: Gallery, signals: _Signals, base: Path) -> list[tuple[int, tuple[PictureResult, ...]]]:
    return [
        (iteration.step, tuple(_picture(number, planned, signals, base) for number, planned in enumerate(row)))
        for iteration, row in gallery.iterations
    ]


def _picture(number: int, planned: Planned, signals: _Signals, base: Path) -> PictureResult:
    seen = _described(planned)
    return PictureResult(
        seed=planned.request.seed,
        path=_within(base, planned.path),
        scene=signals.scene.read(seen, number),
        likeness=signals.likeness.read(seen, number),
        counts=signals.scene.counts(number),
    )


def _reading(step: int, pictures: Iterable[PictureResult]) -> Reading:
    """The figures of the seeds that count for both signals: resampled together, they stay paired."""
    counting = [picture for picture in pictures if picture.counts]
    return Reading(step, tuple(picture.scene for picture in counting), tuple(picture.likeness for picture in counting))


def _result(judged: Judged, pictures: tuple[PictureResult, ...]) -> IterationResult:
    return IterationResult(
        judged.step,
        judged.scene,
        judged.likeness,
        judged.verdict,
        judged.confidence,
        judged.reason,
        tuple(replace(one, scene=_within_ends(one.scene), likeness=_within_ends(one.likeness)) for one in pictures),
    )


def _within_ends(value: float) -> float:
    """What is shown lies in 0..1; what is averaged does not need to, the ends themselves are averages."""
    return float(np.clip(value, 0, 1))


def _within(base: Path, path: Path) -> str:
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else str(path)
