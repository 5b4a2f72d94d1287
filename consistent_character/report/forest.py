"""A forest test's outcome as the story of a run."""

from __future__ import annotations

from pathlib import Path

from consistent_character.choosing import ForestTest
from consistent_character.report.story import CaptionChange, RunStory


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
    return RunStory(name, title, summary, settings, captions, test, folder)
