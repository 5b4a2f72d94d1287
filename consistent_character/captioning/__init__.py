"""Step 3: captions that the trainer reads, made from the prompts that the pictures were generated with."""

from consistent_character.captioning.diff import DiffPart, Kind, words_changed
from consistent_character.captioning.planning import CaptionPlan, CaptionRequest, CaptionRow, Status, apply, plan

__all__ = [
    "CaptionPlan",
    "CaptionRequest",
    "CaptionRow",
    "DiffPart",
    "Kind",
    "Status",
    "apply",
    "plan",
    "words_changed",
]
