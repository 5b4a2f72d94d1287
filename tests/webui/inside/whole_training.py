"""The whole fourth step, in the web UI's process: the folder, the preflight, the host's trainer, the forest watch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from modules import call_queue, shared

from consistent_character import training
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing.watched import read_watched
from consistent_character.choosing.watching import Watcher
from consistent_character.hosts.webui.engine import WebUIEngine
from consistent_character.progress import Silent


def train(folder: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Train the folder's character; tells what came of it, and which checkpoint it was trained on."""
    engine = WebUIEngine()
    with CharacterFolder.open(Path(folder)) as opened:
        wanted = training.TrainingSettings.for_character(opened.character, 96).with_changes(**settings)
        found = [finding.code for finding in training.preflight(opened, wanted, engine)]
        with call_queue.queue_lock:
            shared.state.begin(job="test")
            run = training.train(opened, wanted, engine, Silent(), watcher=Watcher(opened, engine))
            shared.state.end()
    watched = read_watched(run.path)
    return {
        "findings": found,
        "checkpoint": run.checkpoint,
        "run": str(run.path),
        "iterations": [iteration.step for iteration in run.iterations],
        "finished": run.finished,
        "watched": [[one.step, one.verdict] for one in watched.seen] if watched else [],
    }
