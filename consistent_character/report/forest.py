"""A forest test's outcome as the story of a run."""

from __future__ import annotations

from pathlib import Path

from consistent_character.choosing import ForestTest
from consistent_character.choosing import IterationResult as Judged
from consistent_character.report.story import CaptionChange, IterationResult, RunStory


def run_story(
    test: ForestTest,
    folder: Path,
    *,
    name: str,
    title: str,
    summary: str = "",
    settings: tuple[tuple[str, str], ...] = (),
    captions: tuple[CaptionChange, ...] = (),
) -> RunStory:
    """What a forest test found; `folder` is the character folder, which the test's paths start from."""
    return RunStory(
        name=name,
        title=title,
        summary=summary,
        settings=settings,
        captions=captions,
        seeds=test.seeds,
        baseline=tuple(folder / path for path in test.baseline),
        references=tuple(folder / path for path in test.references),
        iterations=tuple(_iteration(judged, folder) for judged in test.iterations),
        onset=test.onset,
        recommended=test.recommended,
        why=test.why,
        cannot_tell=test.cannot_tell,
    )


def _iteration(judged: Judged, folder: Path) -> IterationResult:
    pictures = tuple(folder / picture.path for picture in judged.pictures)
    return IterationResult(judged.step, judged.scene, judged.likeness, judged.verdict, judged.reason, pictures)
