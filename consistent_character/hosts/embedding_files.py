"""Embedding files: reads what is about in the wild, writes what AUTOMATIC1111's web UI writes."""

from __future__ import annotations

import io
import os
import pickle
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from consistent_character.errors import RequestError

_OLD_MEMBERS = re.compile(r"[^/]+/(data\.pkl|data/\d+|version)")
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_FIRST_TOKEN = 265


@dataclass(frozen=True)
class Embedding:
    """Vectors `(num_vectors, width)` that stand for a name in prompts; `step` is the updates they saw, if known."""

    vectors: Tensor
    name: str = ""
    step: int | None = None
    checkpoint_hash: str = ""
    checkpoint_name: str = ""


def read_embedding(path: Path, width: int, load: Callable[..., Any] = torch.load) -> Embedding:
    """Read a .pt or .bin of the web UI or of diffusers, or a .safetensors.

    Args:
        path: the file.
        width: numbers in one token's vector in the model that it is for.
        load: torch's own `load`, where a host has put another in its place. It is asked for weights only.

    Raises:
        RequestError: there is no such file, it is no embedding, or it is one for another model.
    """
    if not path.is_file():
        raise RequestError(f"There is no embedding at {path}.")
    content = _read(path, load)
    vectors = _vectors(content)
    if vectors is None:
        raise RequestError(f"{path.name} is no textual inversion embedding for Stable Diffusion 1.x.")
    if vectors.shape[-1] != width:
        raise RequestError(
            f"{path.name} is an embedding for another model: its vectors are {vectors.shape[-1]} wide, "
            f"this checkpoint's {width}. Choose the checkpoint that it was trained on."
        )
    return Embedding(
        vectors=vectors.detach().to(torch.float32).reshape(-1, width),
        name=str(content.get("name") or path.stem),
        step=content.get("step") if isinstance(content.get("step"), int) else None,
        checkpoint_hash=str(content.get("sd_checkpoint") or ""),
        checkpoint_name=str(content.get("sd_checkpoint_name") or ""),
    )


def write_embedding(path: Path, embedding: Embedding) -> None:
    """Write a .pt as the web UI does; it appears whole or not at all."""
    write_torch_file(
        path,
        {
            "string_to_token": {"*": _FIRST_TOKEN},
            "string_to_param": {"*": embedding.vectors.detach().to("cpu", torch.float32).clone()},
            "name": embedding.name,
            "step": embedding.step,
            "sd_checkpoint": embedding.checkpoint_hash or None,
            "sd_checkpoint_name": embedding.checkpoint_name or None,
        },
    )


def write_torch_file(path: Path, content: Mapping[str, Any]) -> None:
    """`torch.save`, atomic, the same bytes each time, with only the members that torch wrote when the web UI was made.

    The web UI takes a file with members that it does not know for malicious and refuses it.

    Source: `modules/safe.py: check_zip_filenames` of A1111 1.10.1.
    """
    written = io.BytesIO()
    torch.save(dict(content), written)
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        with zipfile.ZipFile(written) as new, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as old:
            for member in new.namelist():
                if _OLD_MEMBERS.fullmatch(member):
                    old.writestr(zipfile.ZipInfo(member, _FIXED_TIME), new.read(member))
        with temporary.open("rb") as file:
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


def _read(path: Path, load: Callable[..., Any]) -> dict[str, Any]:
    try:
        if path.suffix.lower() == ".safetensors":
            return dict(load_file(path, device="cpu"))
        content = load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise RequestError(f"{path.name} is refused: it holds more than numbers, or is no embedding at all.") from error
    except (SafetensorError, RuntimeError, EOFError, ValueError, KeyError, OSError) as error:
        raise RequestError(f"{path.name} cannot be read: the file is damaged or cut off.") from error
    return content if isinstance(content, dict) else {}


def _vectors(content: Mapping[str, Any]) -> Tensor | None:
    """The vectors in any form seen: the web UI's, Kohya's `emb_params`, diffusers' one tensor by the token's name."""
    inner = content.get("string_to_param", content)
    tensors = [value for value in inner.values() if isinstance(value, Tensor)] if isinstance(inner, Mapping) else []
    if len(tensors) != 1 or tensors[0].ndim not in (1, 2) or not tensors[0].is_floating_point():
        return None
    return tensors[0]
