"""Step 4: an embedding is trained on what was kept, after a look at all that usually goes wrong."""

from consistent_character.training.checks import preflight
from consistent_character.training.findings import Finding, mend
from consistent_character.training.job import Watcher, resume, train
from consistent_character.training.runs import TrainingRun, open_run
from consistent_character.training.settings import TrainingSettings

__all__ = [
    "Finding",
    "TrainingRun",
    "TrainingSettings",
    "Watcher",
    "mend",
    "open_run",
    "preflight",
    "resume",
    "train",
]
