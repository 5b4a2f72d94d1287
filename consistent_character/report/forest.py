"""A forest test's outcome, and where its pictures lie, as the story of a run."""

from __future__ import annotations

from pathlib import Path

from consistent_character.choosing import ForestTest
from consistent_character.report.story import CaptionChange, IterationResult, RunStory

_FOLDER = "forest-test"


def run_story(
    test: ForestTest,
    run: Path,
    *,
    name: str,
    title: str,
    summary: str = "",
    settings: tuple[tuple[str, str], ...] = (),
    captions: tuple[CaptionChange, ...] = (),
    references: tuple[Path, ...] = (),
) -> RunStory:
    """What a forest test over the iterations of the run folder `run` found.

    `references` are training images, shown where likeness 1 and scene 0 are explained.
    """
    seeds = test.request.seeds
    return RunStory(
        name=name,
        title=title,
        summary=summary,
        settings=settings,
        captions=captions,
        seeds=seeds,
        baseline=_pictures(run / _FOLDER / "baseline", seeds),
        references=references[: len(seeds)],
        iterations=tuple(
            IterationResult(
                found.step,
                found.scene,
                found.likeness,
                found.verdict,
                found.reason,
                _pictures(run / _FOLDER / str(found.step), seeds),
            )
            for found in test.iterations
        ),
        onset=test.onset,
        recommended=test.recommended,
        why=test.why,
        cannot_tell=test.cannot_tell or "",
    )


def _pictures(folder: Path, seeds: tuple[int, ...]) -> tuple[Path, ...]:
    return tuple(folder / f"{seed}.png" for seed in seeds)
