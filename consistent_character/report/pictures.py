"""Images small enough to live inside a page."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from consistent_character.report.markup import Html, element

_BROKEN = Html('<span class="cc-broken" title="This image cannot be read">unreadable</span>')


def data_uri(path: Path, edge: int = 192) -> str:
    """The image as a WebP `data:` address, at most `edge` pixels wide and high; never enlarged.

    Raises:
        OSError: the file is missing or no image.
    """
    with Image.open(path) as opened:
        opened.draft("RGB", (edge, edge))
        return address_of(opened, edge)


def address_of(image: Image.Image, edge: int = 192) -> str:
    """Likewise, of an image in memory, which stays as it is."""
    small = image.convert("RGB")
    small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    written = BytesIO()
    small.save(written, "WEBP", quality=82, method=2)
    return f"data:image/webp;base64,{base64.b64encode(written.getvalue()).decode('ascii')}"


def thumbnail(path: Path, alt: str, *, title: str | None = None, edge: int = 192) -> Html:
    """An `<img>` that carries the image with it; a word in its place where the file cannot be read."""
    try:
        source = data_uri(path, edge)
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return _BROKEN
    return element("img", src=source, alt=alt, title=title or alt, decoding="async")
