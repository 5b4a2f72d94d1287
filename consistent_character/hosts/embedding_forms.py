"""The forms in which embeddings are about, told apart and opened with nothing that runs what a file brings along.

| form | where the vectors are |
|---|---|
| .pt of the web UI | `string_to_param`, one entry |
| .bin and .safetensors of diffusers | one tensor by the token's name, or one vector each by `<name>`, `<name>_1`, … |
| .safetensors of kohya's scripts, and ours | `emb_params` |
| PNG, WebP | any of these as JSON, in a text or in the pixels (`embedding_pictures`) |

A file that is too large, or says that it would be once it is unpacked, is refused before it is.
"""

from __future__ import annotations

import pickle
import re
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from consistent_character.errors import RequestError
from consistent_character.hosts.embedding_pictures import PICTURES, picture_content

_MOST_BYTES = 64 << 20
"""A file, packed or unpacked; the largest embeddings have some hundred kilobytes, pictures with one some megabytes."""
_MOST_VECTORS = 1024
"""More than any prompt has room for."""
_PARTS = {"clip_l", "clip_g"}
_NUMBERED = re.compile(r"(?P<name>.+?)_(?P<number>\d+)")
_DAMAGED = (SafetensorError, RuntimeError, EOFError, ValueError, KeyError, OSError, RecursionError, TypeError)
_BROKEN_PICKLE = (*_DAMAGED, AssertionError, AttributeError, IndexError, MemoryError, struct.error, zipfile.BadZipFile)


def content_of(path: Path, load: Callable[..., Any] = torch.load) -> Mapping[str, Any]:
    """What an embedding file holds, by its keys; the metadata of a .safetensors among them.

    Raises:
        RequestError: there is no such file, it is damaged or too large, or it holds more than numbers and texts.
    """
    if not path.is_file():
        raise RequestError(f"There is no embedding at {path}.")
    if path.stat().st_size > _MOST_BYTES:
        raise RequestError(f"{path.name} is too large to be an embedding: {path.stat().st_size >> 20} MB.")
    ending = path.suffix.lower()
    with _damage_told(path.name):
        if ending in PICTURES:
            content = picture_content(path)
        elif ending == ".safetensors":
            content = _safetensors(path)
        else:
            content = _pickled(path, load)
    return content if isinstance(content, dict) else {}


def vectors_of(content: Mapping[str, Any], name: str) -> Tensor:
    """The vectors, `(num_vectors, width)` or `(width,)`, not yet copied; `name` is the file's, for the message.

    Raises:
        RequestError: there are none of Stable Diffusion 1.x.
    """
    if content.keys() >= _PARTS:
        raise RequestError(f"{name} is an embedding for Stable Diffusion XL: take one of Stable Diffusion 1.x.")
    found = _chosen(_tensors(content))
    if found is None:
        raise RequestError(f"{name} is no textual inversion embedding for Stable Diffusion 1.x.")
    # A damaged or hostile file may claim any shape over a few numbers.
    if found.numel() == 0 or found.numel() // found.shape[-1] > _MOST_VECTORS:
        raise RequestError(f"{name} is no usable embedding: it has {found.numel() // max(found.shape[-1], 1)} vectors.")
    return found


def _tensors(content: Mapping[str, Any]) -> dict[str, Tensor]:
    """All that may be vectors, by name; those of the web UI's form come first and alone."""
    inner = content.get("string_to_param", content)
    inner = getattr(inner, "_parameters", inner)  # a ParameterDict that torch 1.11 has written
    pairs = inner.items() if isinstance(inner, Mapping) else ()
    return {
        str(key): value
        for key, value in pairs
        if isinstance(value, Tensor) and value.ndim in (1, 2) and value.is_floating_point() and not value.is_sparse
    }


def _chosen(tensors: Mapping[str, Tensor]) -> Tensor | None:
    for key, value in tensors.items():
        if key == "emb_params" or key.startswith("string_to_param"):
            return value
    if len(tensors) == 1:
        return next(iter(tensors.values()))
    return _numbered(tensors)


def _numbered(tensors: Mapping[str, Tensor]) -> Tensor | None:
    """One vector each, by `<name>`, `<name>_1`, `<name>_2` and so on, as diffusers names an embedding's tokens."""
    rows: dict[int, Tensor] = {}
    names = set()
    for key, value in tensors.items():
        match = _NUMBERED.fullmatch(key)
        names.add(match["name"] if match else key)
        rows[int(match["number"]) if match else 0] = value
    alike = len({value.shape[-1] for value in rows.values()}) == 1
    if len(names) != 1 or sorted(rows) != [*range(len(tensors))] or not alike:
        return None
    if any(value.ndim == 2 and value.shape[0] > _MOST_VECTORS for value in rows.values()):
        return None
    return torch.cat([torch.atleast_2d(rows[number]) for number in range(len(rows))])


def _safetensors(path: Path) -> dict[str, Any]:
    with safe_open(path, framework="pt", device="cpu") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        return {**(file.metadata() or {}), **tensors}


def _pickled(path: Path, load: Callable[..., Any]) -> Any:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > _MOST_BYTES:
            raise RequestError(f"{path.name} is too large to be an embedding: {unpacked >> 20} MB unpacked.")
    with _known_classes():
        return load(path, map_location="cpu", weights_only=True)


@contextmanager
def _known_classes() -> Iterator[None]:
    """Torch's own list of parameters, which old embeddings are kept in, counts as weights; it runs nothing."""
    allowed = getattr(torch.serialization, "safe_globals", None)
    if allowed is None:
        yield
        return
    with allowed([torch.nn.ParameterDict]):
        yield


@contextmanager
def _damage_told(name: str) -> Iterator[None]:
    """One line, whatever is wrong with a file."""
    try:
        yield
    except pickle.UnpicklingError as error:
        raise RequestError(f"{name} is refused: it holds more than numbers, or is no embedding at all.") from error
    except _BROKEN_PICKLE as error:
        raise RequestError(f"{name} cannot be read: the file is damaged or cut off.") from error
