"""Our vocabulary, losses and promoting, asked in the web UI's process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from modules import call_queue

from consistent_character.engine import EmbeddingContent, LossRequest, TrainingExample
from consistent_character.errors import ConsistentCharacterError
from consistent_character.hosts.webui.engine import WebUIEngine
from consistent_character.hosts.webui.installing import Shelf
from tests.webui.inside.state import table


def vocabulary(text: str, path: str) -> dict[str, Any]:
    """Lengths of all words, the vectors of some, and what a file says."""
    found = WebUIEngine().vocabulary
    content = found.read(Path(path))
    return {
        "norms": found.norms().tolist(),
        "words": found.words(text).tolist(),
        "vectors": content.vectors.tolist(),
        "about": [content.name, content.step],
        "checkpoints": list(WebUIEngine().checkpoints()),
    }


def losses(name: str, examples: list[list[str]], paths: list[str], template: list[str]) -> Any:
    """The losses of embeddings, or why there are none."""
    trainer = WebUIEngine().trainer
    assert trainer
    made = tuple(TrainingExample(Path(image), caption) for image, caption in examples)
    request = LossRequest(name, made, tuple(map(Path, paths)), tuple(template), width=96, height=96, probes=6)
    with call_queue.queue_lock:
        try:
            return [found.tolist() for found in trainer.losses(request)]
        except ConsistentCharacterError as error:
            return f"{type(error).__name__}: {error}"


def put(name: str, value: float, own: bool, aside: str, ending: str = ".pt") -> dict[str, Any]:
    """Put an embedding into the user's folder, and what its name comes to then."""
    content = EmbeddingContent(np.full((2, 128), value, np.float32), name, 30, "abc", "world", "Some notes.")
    with call_queue.queue_lock:
        done = Shelf().put(content, ending, own, Path(aside))
    loaded = table().word_embeddings[name]
    about = [loaded.step, loaded.sd_checkpoint, loaded.sd_checkpoint_name]
    told = {"path": str(done.path), "aside": [str(path) for path in done.aside], "loaded": done.loaded}
    return {**told, "value": float(loaded.vec.mean()), "about": about}
