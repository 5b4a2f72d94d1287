"""What a person reads when the work is done: one page that needs nothing beside it, and the same facts for programs."""

from __future__ import annotations

from consistent_character.report.page import write_report
from consistent_character.report.story import CaptionChange, InputImage, RunStory, Story

__all__ = ["CaptionChange", "InputImage", "RunStory", "Story", "write_report"]
