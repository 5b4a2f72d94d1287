"""The embedding that a run begins with: from words, or from the last iteration of an interrupted run."""

from __future__ import annotations

from typing import Any

import torch
from modules import devices
from modules.textual_inversion.textual_inversion import Embedding

from consistent_character.engine import TrainRequest
from consistent_character.hosts.embedding_files import spread
from consistent_character.hosts.iterations import Start
from consistent_character.hosts.webui.checkpoints import loaded_model


def first_embedding(request: TrainRequest, start: Start | None) -> Any:
    """An embedding of the web UI with its vectors `(num_vectors, width)` and the number of updates they have seen.

    It is no file: the Train tab's `create_embedding` would put one into the user's folder, where it may stand in for an
    older one, or be in the way of it.

    Raises:
        RequestError: the run that is to be gone on with has another number of vectors.
    """
    vectors = _from_words(request) if start is None else start.vectors(request)
    embedding = Embedding(vectors.to(devices.device, dtype=torch.float32), request.name)
    embedding.step = start.step if start else 0
    embedding.vectors, embedding.shape = vectors.shape
    return embedding


def width() -> int:
    """Numbers in one token's vector, in the model that is loaded."""
    return int(_words(",", 1).shape[1])


def _words(text: str, most: int) -> torch.Tensor:
    model = loaded_model().cond_stage_model
    with torch.no_grad(), devices.autocast():
        model([""])  # brings it to the device where --medvram keeps it off it
        found: torch.Tensor = model.encode_embedding_init_text(text, most)
    return found.detach()


def _from_words(request: TrainRequest) -> torch.Tensor:
    words = _words(request.initialization_text or "*", request.num_vectors)
    if not request.initialization_text:
        return torch.zeros(request.num_vectors, words.shape[1])
    return spread(words, request.num_vectors).float()
