"""Embedding files: reads what is about in the wild, writes what AUTOMATIC1111's web UI writes."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

from consistent_character.errors import RequestError
from consistent_character.hosts.embedding_forms import content_of, vectors_of

_OLD_MEMBERS = re.compile(r"[^/]+/(data\.pkl|data/\d+|version)")
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_FIRST_TOKEN = 265
_LONGEST_STEP = 16
"""Digits; what is longer is no number of updates."""


@dataclass(frozen=True)
class Embedding:
    """Vectors `(num_vectors, width)` that stand for a name in prompts; `step` is the updates they saw, if known.

    `notes` is what else is to be said of them, in words.
    """

    vectors: Tensor
    name: str = ""
    step: int | None = None
    checkpoint_hash: str = ""
    checkpoint_name: str = ""
    notes: str = ""


def read_embedding(path: Path, width: int, load: Callable[..., Any] = torch.load) -> Embedding:
    """Read an embedding in any form in use: .pt, .bin, .safetensors, or a picture with an embedding in it.

    Args:
        path: the file.
        width: numbers in one token's vector in the model that it is for.
        load: torch's own `load`, where a host has put another in its place. It is asked for weights only.

    Raises:
        RequestError: there is no such file, it is no embedding, it is damaged, or it is one for another model.
    """
    content = content_of(path, load)
    vectors = vectors_of(content, path.name)
    if vectors.shape[-1] != width:
        raise RequestError(
            f"{path.name} is an embedding for another model: its vectors are {vectors.shape[-1]} wide, "
            f"this checkpoint's {width}. Choose the checkpoint that it was trained on."
        )
    return Embedding(
        vectors=vectors.detach().to(torch.float32).reshape(-1, width),
        name=_text(content.get("name")) or path.stem,
        step=_step(content.get("step")),
        checkpoint_hash=_text(content.get("sd_checkpoint")),
        checkpoint_name=_text(content.get("sd_checkpoint_name")),
        notes=_text(content.get("notes")),
    )


def write_embedding(path: Path, embedding: Embedding) -> None:
    """Write a .pt as the web UI does, or a .safetensors where `path` ends so; it appears whole or not at all."""
    vectors = embedding.vectors.detach().to("cpu", torch.float32).clone().contiguous()
    if path.suffix.lower() == ".safetensors":
        _write_whole(path, save({"emb_params": vectors}, metadata=_metadata(embedding)))
        return
    write_torch_file(
        path,
        {
            "string_to_token": {"*": _FIRST_TOKEN},
            "string_to_param": {"*": vectors},
            "name": embedding.name,
            "step": embedding.step,
            "sd_checkpoint": embedding.checkpoint_hash or None,
            "sd_checkpoint_name": embedding.checkpoint_name or None,
            **({"notes": embedding.notes} if embedding.notes else {}),
        },
    )


def _metadata(embedding: Embedding) -> dict[str, str]:
    """What a .safetensors says of itself: under the .pt's names, and under those that model sites read.

    Source: github.com/Stability-AI/ModelSpec, version 1.0.0.
    """
    known = {
        "modelspec.sai_model_spec": "1.0.0",
        "modelspec.architecture": "stable-diffusion-v1/textual-inversion",
        "modelspec.title": embedding.name,
        "modelspec.trigger_phrase": embedding.name,
        "modelspec.description": embedding.notes,
        "name": embedding.name,
        "step": "" if embedding.step is None else str(embedding.step),
        "sd_checkpoint": embedding.checkpoint_hash,
        "sd_checkpoint_name": embedding.checkpoint_name,
        "notes": embedding.notes,
    }
    return {key: value for key, value in known.items() if value}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _step(value: object) -> int | None:
    """A .safetensors has only texts to say it in."""
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < _LONGEST_STEP else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def write_torch_file(path: Path, content: Mapping[str, Any]) -> None:
    """`torch.save`, atomic, the same bytes each time, with only the members that torch wrote when the web UI was made.

    The web UI takes a file with members that it does not know for malicious and refuses it.

    Source: `modules/safe.py: check_zip_filenames` of A1111 1.10.1.
    """
    written, kept = io.BytesIO(), io.BytesIO()
    torch.save(dict(content), written)
    with zipfile.ZipFile(written) as new, zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED) as old:
        for member in new.namelist():
            if _OLD_MEMBERS.fullmatch(member):
                old.writestr(zipfile.ZipInfo(member, _FIXED_TIME), new.read(member))
    _write_whole(path, kept.getvalue())


def _write_whole(path: Path, content: bytes) -> None:
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def spread(words: Tensor, num_vectors: int) -> Tensor:
    """Vectors `(num_vectors, width)` that begin as words `(n, width)`, n at least 1, each as often as it takes.

    Source: `modules/textual_inversion/textual_inversion.py: create_embedding` of A1111 1.10.1.
    """
    return torch.stack([words[place * len(words) // num_vectors] for place in range(num_vectors)])


def checksum(vectors: Tensor) -> str:
    """The web UI's short fingerprint of an embedding's vectors, which ties an optimizer's state to it.

    Source: `modules/textual_inversion/textual_inversion.py: Embedding.checksum` of A1111 1.10.1.
    """
    value = 0
    for number in (vectors.detach().cpu().reshape(-1) * 100).tolist():
        value = (value * 281 ^ int(number) * 997) & 0xFFFFFFFF
    return f"{value & 0xFFFF:04x}"
