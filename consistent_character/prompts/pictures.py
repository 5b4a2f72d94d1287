"""Pictures that carry the text they were made from, as A1111's do."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping

from PIL.Image import Image
from PIL.PngImagePlugin import PngInfo

FAST: Mapping[str, int] = {"compress_level": 1, "compress_type": zlib.Z_RLE}
"""How to pack a PNG: a third of the time of Pillow's usual way, and no larger where there is grain."""


def as_png(image: Image, infotext: str, **more: str) -> bytes:
    """The picture as a PNG file, with its generation parameters where A1111 keeps them, and `more` text chunks."""
    chunks = PngInfo()
    for name, text in {"parameters": infotext, **more}.items():
        chunks.add_text(name, text)
    content = io.BytesIO()
    image.save(content, "PNG", pnginfo=chunks, **FAST)
    return content.getvalue()
