"""A model of no weights that reads words. The web UI has no such module: nothing here claims anything."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch

_WORD = re.compile(r"[a-z]+|\S")
_CHUNK = 75


def ids_of(text: str) -> list[int]:
    """One id for a word or a sign, whatever its case."""
    return [sum(ord(letter) * 31**place for place, letter in enumerate(word)) for word in _WORD.findall(text.lower())]


class FakeInfo:
    """A checkpoint on the web UI's list."""

    def __init__(self, filename: str, sha256: str | None) -> None:
        self.filename = filename
        self.sha256 = sha256
        self.title = self.name = filename
        self.name_for_extra = self.model_name = Path(filename).stem
        self.shorthash = sha256 and sha256[:10]


class FakeReader:
    """The text encoder."""

    def __call__(self, texts: list[str]) -> list[list[int]]:
        return self.tokenize(texts)

    def encode_embedding_init_text(self, init_text: str, nvpt: int) -> torch.Tensor:
        """A vector of one number for each word, smaller than one."""
        return torch.tensor([[number % 97 / 100.0] * 128 for number in ids_of(init_text)[:nvpt]])

    def tokenize(self, texts: list[str]) -> list[list[int]]:
        return [ids_of(text) for text in texts]

    def tokenize_line(self, line: str) -> tuple[list[Any], int]:
        tokens = ids_of(line)
        return [tokens[start : start + _CHUNK] for start in range(0, len(tokens), _CHUNK)] or [[]], len(tokens)


class FakeModel(torch.nn.Module):
    """What our engine looks at of a model."""

    def __init__(self, filename: str) -> None:
        super().__init__()
        vars(self).update(sd_checkpoint_info=FakeInfo(filename, "1" * 64), cond_stage_model=FakeReader())
        vars(self).update(is_sd1=True, image_size=12, first_stage_model=torch.nn.Identity())
        self.weight = torch.nn.Parameter(torch.zeros(3))
