"""AUTOMATIC1111's web UI, and reForge: one table of embeddings for all models, and the menu's checkpoint is loaded."""

from __future__ import annotations

from typing import Any

from modules import processing, sd_hijack, sd_models, shared


class Automatic1111:
    """See `Kind`."""

    trains = True

    def model(self) -> Any | None:
        """The model in use; the first call after a start waits until it is loaded."""
        return shared.sd_model

    def load(self, checkpoint: Any) -> None:
        """As a choice in the menu does."""
        sd_models.reload_model_weights(info=checkpoint)
        # reForge leaves the menu as it was, and would load what stands there at the next picture.
        shared.opts.data["sd_model_checkpoint"] = shared.sd_model.sd_checkpoint_info.title

    def begin(self) -> None:
        """Nothing to do: a choice in the menu is loaded at once, or as soon as the queue is free."""

    def reader(self, model: Any) -> Any:
        """The text encoder as the web UI has wrapped it."""
        return model.cond_stage_model

    def table_of_words(self, model: Any) -> Any:
        """Behind what the web UI has put in its place, which puts embeddings in."""
        found = model.cond_stage_model.wrapped.transformer.text_model.embeddings.token_embedding
        weight = getattr(found, "weight", None)
        return found.wrapped.weight if weight is None else weight

    def notebook(self, model: Any) -> Any:
        """The one that is wrapped around whatever model there is."""
        return sd_hijack.model_hijack

    def table(self) -> Any:
        """Of all models."""
        return sd_hijack.model_hijack.embedding_db

    def register(self, embedding: Any | None, model: Any, name: str) -> None:
        """By the ids that the model reads the name as."""
        self.table().register_embedding_by_name(embedding, model, name)

    def look_again(self) -> None:
        """Nothing to do: the folder is looked at before every generation."""

    def load_embeddings(self) -> None:
        """All of them, which takes some milliseconds."""
        self.table().load_textual_inversion_embeddings(force_reload=True)

    def draw(self, p: Any, model: Any) -> Any:
        """Here."""
        return processing.process_images(p)
