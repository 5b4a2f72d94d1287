"""Step 5: the forest test over a run's iterations says which one overtrains, and which one to use."""

from consistent_character.choosing.forest_test import forest_test
from consistent_character.choosing.promoting import Promoted, PromoteRequest, promote
from consistent_character.choosing.request import ForestRequest
from consistent_character.choosing.result import ForestTest, IterationResult, PictureResult, read_result
from consistent_character.choosing.subject import Subject

__all__ = [
    "ForestRequest",
    "ForestTest",
    "IterationResult",
    "PictureResult",
    "PromoteRequest",
    "Promoted",
    "Subject",
    "forest_test",
    "promote",
    "read_result",
]
