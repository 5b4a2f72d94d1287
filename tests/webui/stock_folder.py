"""The folder of a run as the stock Train tab leaves it, for a web UI that has none: trained without one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from consistent_character.engine import Iteration, TrainingExample, TrainRequest
from consistent_character.hosts.embedding_files import read_embedding, write_embedding
from consistent_character.hosts.standalone.engine import StandaloneEngine
from tests.webui.whole_job import WIDTH

_TEMPLATE = ("[name], [filewords]",)


class _Nobody:
    """Looks on and says nothing."""

    def stepped(self, step: int, steps: int, loss: float) -> None:
        """Nothing to see."""

    def saved(self, iteration: Iteration) -> None:
        """Nothing to see."""

    def previewed(self, step: int, image: Path) -> None:
        """Nothing to see."""


def train_elsewhere(
    engine: StandaloneEngine, name: str, log: Path, settings: dict[str, Any], words: str, vectors: int
) -> Path:
    """Train with what the Train tab would be asked, and lay the run out as it does; returns the run's folder.

    Its file `<name>-N.pt` has seen N - 1 updates, and its last one is written where N is a multiple of what it saves.
    """
    pictures, every = Path(settings["data_root"]), settings["save_embedding_every"]
    examples = [TrainingExample(path, path.with_suffix(".txt").read_text()) for path in sorted(pictures.glob("*.png"))]
    asked = TrainRequest(
        name,
        log / "working",
        tuple(examples),
        words,
        vectors,
        settings["learn_rate"],
        settings["batch_size"],
        steps=settings["steps"],
        template=_TEMPLATE,
        width=settings["training_width"],
        height=settings["training_height"],
        save_every=1,
    )
    run = log / "2026-01-31" / name
    (run / "embeddings").mkdir(parents=True)
    for iteration in engine.trainer.train(asked, _Nobody()):
        number = iteration.step + 1
        if number % every == 0:
            held = replace(read_embedding(iteration.path, WIDTH), name=f"{name}-{number}")
            write_embedding(run / "embeddings" / f"{name}-{number}.pt", held)
    told = {"embedding_name": name, **settings}
    (run / "settings-2026-01-31-10-00-00.json").write_text(json.dumps(told), encoding="utf-8")
    return run
