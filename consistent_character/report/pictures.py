"""Images small enough to live inside a page."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from consistent_character.report.markup import Html, element

_PIXELS = 20_000_000
"""Of all pictures of a page. Photographs take a fifth of a byte for each, noise half of one; a page adds a third."""
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
    small.save(written, "WEBP", quality=82, method=0)
    return f"data:image/webp;base64,{base64.b64encode(written.getvalue()).decode('ascii')}"


def roomy_edge(count: int) -> int:
    """The pixels a side that let so many pictures live in one page that can be sent by mail, 96 to 512."""
    return max(96, min(512, int((_PIXELS / max(1, count)) ** 0.5)))


@dataclass(frozen=True)
class Address:
    """Where a page finds a picture: `small` for a sheet, `whole` for a look at it alone, empty where they are one."""

    small: str
    whole: str


Addresses = Callable[[Path], Address]
"""Says where a page finds a picture; raises `OSError` where it cannot be read."""


def inlined(edge: int, ahead: Iterable[Path] = ()) -> Addresses:
    """Pictures that live inside the page, at most `edge` pixels wide and high; those `ahead` are made side by side."""
    with ThreadPoolExecutor() as threads:
        made = {path: threads.submit(data_uri, path, edge) for path in ahead}

    def address(path: Path) -> Address:
        source = made[path].result() if path in made else data_uri(path, edge)
        return Address(source, "")  # large is the same one: it is in the page once

    return address


def shown(path: Path, alt: str, addresses: Addresses) -> tuple[Html, str]:
    """An `<img>` and the address of the whole picture; a word in its place where the file cannot be read."""
    try:
        address = addresses(path)
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return _BROKEN, ""
    lazy = "lazy" if address.whole else None  # what is in the page already needs no waiting for
    return element("img", src=address.small, alt=alt, loading=lazy, decoding="async"), address.whole


def thumbnail(path: Path, alt: str, *, title: str | None = None, edge: int = 192) -> Html:
    """An `<img>` that carries the image with it; a word in its place where the file cannot be read."""
    try:
        source = data_uri(path, edge)
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return _BROKEN
    return element("img", src=source, alt=alt, title=title or alt, decoding="async")
