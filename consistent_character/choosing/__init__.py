"""Step 5: the forest test over a run's iterations says which one overtrains, and which one to use."""

from consistent_character.choosing.forest_test import forest_test
from consistent_character.choosing.installing import Installed, InstallRequest, install
from consistent_character.choosing.request import ForestRequest
from consistent_character.choosing.result import ForestTest, IterationResult, PictureResult, read_result

__all__ = [
    "ForestRequest",
    "ForestTest",
    "InstallRequest",
    "Installed",
    "IterationResult",
    "PictureResult",
    "forest_test",
    "install",
    "read_result",
]
