"""What of a model reads prompts."""

from __future__ import annotations

from typing import Any

from backend.text_processing.textual_inversion import EmbeddingDatabase
from modules import fake_model


class ClassicTextProcessingEngine:
    """Has the model's table of embeddings."""

    def __init__(self, *, embedding_dir: str | None = None, embedding_expected_shape: int = 768) -> None:
        self._reader = fake_model.FakeReader()
        self.embeddings = EmbeddingDatabase(self._reader, embedding_expected_shape)
        if embedding_dir:
            self.embeddings.add_embedding_dir(embedding_dir)
        self.embeddings.load_textual_inversion_embeddings()

    def tokenize(self, texts: list[str]) -> list[list[int]]:
        return self._reader.tokenize(texts)

    def tokenize_line(self, line: str) -> tuple[list[Any], int]:
        return self._reader.tokenize_line(line)
