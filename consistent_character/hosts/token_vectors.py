"""The model's token vectors, as numbers that every step may look at; `engine.Vocabulary` says what each means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from consistent_character.engine import EmbeddingContent, Vectors
from consistent_character.hosts.embedding_files import Embedding, read_embedding, write_embedding
from consistent_character.prompts import emphasis


@dataclass(frozen=True)
class TokenVectors:
    """Implements `Vocabulary` for any host.

    `table` gives the weights `(tokens, width)` of the model in use, `tokens` the ids of a text; `load` is torch's own.
    """

    table: Callable[[], Tensor]
    tokens: Callable[[str], list[int]]
    load: Callable[..., Any] = torch.load

    def read(self, path: Path) -> EmbeddingContent:
        """An embedding file in any form in use.

        Raises:
            RequestError: there is none, it is no embedding, it is damaged, or it is one for another model.
        """
        found = read_embedding(path, int(self.table().shape[1]), self.load)
        return EmbeddingContent(
            found.vectors.cpu().numpy(),
            found.name,
            found.step,
            found.checkpoint_hash,
            found.checkpoint_name,
            found.notes,
        )

    def write(self, path: Path, content: EmbeddingContent) -> None:
        """Write a .pt, or a .safetensors where `path` ends so."""
        vectors = torch.from_numpy(np.array(content.vectors, dtype=np.float32))
        about = (content.name, content.step, content.checkpoint_hash, content.checkpoint_name, content.notes)
        write_embedding(path, Embedding(vectors, *about))

    def words(self, text: str) -> Vectors:
        """The vectors of a text's tokens, `(tokens, width)`."""
        ids = [one for run in emphasis.parse(text) if not run.is_break for one in self.tokens(run.text)]
        return _numbers(self.table()[ids])

    def norms(self) -> Vectors:
        """The length of every vector, `(tokens,)`."""
        return _numbers(self.table().float().norm(dim=1))


def _numbers(tensor: Tensor) -> Vectors:
    found: Vectors = tensor.detach().float().cpu().numpy()
    return found
