"""Step 3: captions that the trainer reads, made from the prompts that the pictures were generated with."""

from consistent_character.captioning.diff import DiffPart, Kind, prompt_changed, words_changed
from consistent_character.captioning.planning import CaptionPlan, CaptionRow, Status, apply, plan
from consistent_character.captioning.request import CaptionRequest

__all__ = [
    "CaptionPlan",
    "CaptionRequest",
    "CaptionRow",
    "DiffPart",
    "Kind",
    "Status",
    "apply",
    "plan",
    "prompt_changed",
    "words_changed",
]
