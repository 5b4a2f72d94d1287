"""The table of embeddings that each of Forge's models has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from modules.textual_inversion import textual_inversion


class EmbeddingDatabase:
    """Finds embeddings in prompts: by the ids of their names, the longest name first."""

    def __init__(self, tokenizer: Any, expected_shape: int = -1) -> None:
        self._table = textual_inversion.EmbeddingDatabase()
        self.ids_lookup, self.word_embeddings = self._table.ids_lookup, self._table.word_embeddings
        self.skipped_embeddings, self.embedding_dirs = self._table.skipped_embeddings, self._table.embedding_dirs
        self.tokenizer = tokenizer
        self.expected_shape = expected_shape

    def add_embedding_dir(self, path: str) -> None:
        self._table.add_embedding_dir(path)

    def register_embedding_by_name(self, embedding: Any, name: str) -> Any:
        return self._table.register_embedding_by_name(embedding, None, name)

    def load_textual_inversion_embeddings(self) -> None:
        """All that lie in the folders."""
        self.ids_lookup.clear()
        self.word_embeddings.clear()
        for path in (path for folder in self.embedding_dirs for path in Path(folder).glob("*.pt")):
            content = torch.load(path, weights_only=True)
            self.register_embedding_by_name(textual_inversion.create_embedding_from_data(content, path.stem), path.stem)

    def find_embedding_at_position(self, tokens: list[int], offset: int) -> Any:
        return self._table.find_embedding_at_position(tokens, offset)
