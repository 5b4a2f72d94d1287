"""AUTOMATIC1111's web UI, and reForge: one table of embeddings for all models, and the menu's checkpoint is loaded."""

from __future__ import annotations

from typing import Any

from modules import processing, sd_hijack, shared


class Automatic1111:
    """See `Kind`."""

    trains = True

    def model(self) -> Any | None:
        """The model in use; the first call after a start waits until it is loaded."""
        return shared.sd_model

    def begin(self) -> None:
        """Nothing to do: a choice in the menu is loaded at once, or as soon as the queue is free."""

    def reader(self, model: Any) -> Any:
        """The text encoder as the web UI has wrapped it."""
        return model.cond_stage_model

    def table(self) -> Any:
        """Of all models."""
        return sd_hijack.model_hijack.embedding_db

    def register(self, embedding: Any | None, model: Any, name: str) -> None:
        """By the ids that the model reads the name as."""
        self.table().register_embedding_by_name(embedding, model, name)

    def look_again(self) -> None:
        """Nothing to do: the folder is looked at before every generation."""

    def draw(self, p: Any, model: Any) -> Any:
        """Here."""
        return processing.process_images(p)
