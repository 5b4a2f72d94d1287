"""Pictures with an embedding in them, as AUTOMATIC1111's web UI makes and reads them; read without running anything.

A PNG carries it as the text `sd-ti-embedding`: JSON in base64. A picture whose texts somebody has taken off, and a
lossless WebP, carry it in blocks of noise beside the picture, with black columns between: each byte's low four bits
are the low four of a pixel's channel in the left block, its high four those of the same place in the right block, both
crossed with a fixed sequence. Put together they are JSON, packed by zlib, and then nothing that counts.

Source: `modules/textual_inversion/image_embedding.py` of A1111 1.10.1, whose pictures these are.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, UnidentifiedImageError

from consistent_character.errors import RequestError

PICTURES = (".png", ".webp")

_TEXT = "sd-ti-embedding"
_TENSOR = "TORCHTENSOR"
_MOST_PIXELS = 1 << 24
_MOST_JSON = 64 << 20
_CHANNELS = 3
_LOW = 0x0F
_FACTOR, _SUMMAND, _STATES, _CYCLE = 1664525, 1013904223, 1 << 32, 255
"""Of the fixed sequence: a linear congruential generator of 32 bits that starts at 0, each number modulo 255."""

Bytes = npt.NDArray[np.uint8]


def picture_content(path: Path) -> dict[str, Any]:
    """What the embedding in a picture holds, by its keys, with tensors where the vectors are.

    Raises:
        RequestError: it is no picture, too large a one, there is no embedding in it, or what there is, is damaged.
    """
    try:
        with Image.open(path, formats=("PNG", "WEBP")) as image:
            _refuse_large(image, path.name)
            text = image.info.get(_TEXT)
            if text is None:
                image.load()  # a text may also stand behind the pixels
                text = image.info.get(_TEXT)
            document = _from_text(str(text)) if text else _from_pixels(np.asarray(image.convert("RGB")), path.name)
        return _with_tensors(document)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise RequestError(f"{path.name} is too large a picture to be an embedding.") from error
    except (UnidentifiedImageError, SyntaxError) as error:
        raise RequestError(f"{path.name} is no picture that can be read.") from error
    except (binascii.Error, zlib.error, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise RequestError(f"The embedding in {path.name} is damaged; has the picture been changed?") from error


def sequence(count: int) -> Bytes:
    """The first `count` numbers of the fixed sequence, `(count,)`, 0 to 254."""
    states = np.array([_SUMMAND], dtype=np.uint32)
    factor, summand = _FACTOR, _SUMMAND
    while len(states) < count:  # each round looks as far ahead again as there is
        states = np.concatenate([states, states * np.uint32(factor) + np.uint32(summand)])
        factor, summand = factor * factor % _STATES, (factor * summand + summand) % _STATES
    found: Bytes = (states[:count] % _CYCLE).astype(np.uint8)
    return found


def _refuse_large(image: Image.Image, name: str) -> None:
    if image.width * image.height > _MOST_PIXELS:
        raise RequestError(f"{name} is too large a picture to be an embedding: {image.width} x {image.height}.")


def _from_text(text: str) -> Any:
    return json.loads(base64.b64decode(text))


def _from_pixels(pixels: Bytes, name: str) -> Any:
    """The document in the blocks of noise.

    Raises:
        RequestError: there are no such blocks.
    """
    low = _without_border(pixels) & _LOW
    black = np.flatnonzero(low.sum(axis=(0, 2), dtype=np.int64) == 0)
    left, right = (low[:, : black[0]], low[:, black[-1] + 1 :]) if len(black) > 1 else (low[:, :0], low[:, :0])
    if not left.size or left.shape != right.shape:
        raise RequestError(f"{name} is a picture without an embedding in it.")
    crossing = sequence(left.size).reshape(left.shape) & _LOW
    content = ((right ^ crossing) << 4) | (left ^ crossing)
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(content.tobytes(), _MOST_JSON)
    except zlib.error as error:
        raise RequestError(f"{name} is a picture without an embedding in it, or it has been changed.") from error
    if not unpacking.eof:
        raise RequestError(f"The embedding in {name} is damaged, or too large.")
    return json.loads(unpacked)


def _without_border(pixels: Bytes) -> Bytes:
    """Without the black rows and columns around it: a pixel is black where any channel is 0."""
    lit = (pixels > 0).all(axis=2)
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    if not len(rows):
        return pixels[:0]
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _with_tensors(document: Any) -> dict[str, Any]:
    """The document with a tensor wherever it says that there is one: beneath the first level, or on it."""
    if not isinstance(document, dict):
        raise ValueError("no embedding")
    return {key: _tensor_in(value) for key, value in document.items()}


def _tensor_in(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if _TENSOR in value:
        return torch.from_numpy(np.array(value[_TENSOR], dtype=np.float32))
    return {key: _tensor_in(inner) for key, inner in value.items()}
