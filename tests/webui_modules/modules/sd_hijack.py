"""What the web UI puts around the model."""

from __future__ import annotations

from typing import Any

from modules.textual_inversion.textual_inversion import EmbeddingDatabase

current_optimizer: Any = None


class StableDiffusionModelHijack:
    """Holds the table of embeddings."""

    def __init__(self) -> None:
        self.embedding_db = EmbeddingDatabase()
        self.extra_generation_params: dict[str, Any] = {}


model_hijack = StableDiffusionModelHijack()


def undo_optimizations() -> None:
    """Nothing to undo."""
