"""Pictures for pages: the file as it is, and small ones made when they are first looked at."""

from __future__ import annotations

import io
from collections import OrderedDict
from pathlib import Path
from threading import Lock

from fastapi import Request, Response
from fastapi.responses import FileResponse
from PIL import Image, UnidentifiedImageError

EDGE = 128
"""Pixels of a small picture's longer side."""
_REMEMBERED = 2000
"""Small pictures that are kept, of about 3 KB each."""
_MEDIA = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "AVIF": "image/avif"}
_FOR_GOOD = {"Cache-Control": "private, max-age=31536000, immutable"}
_ASK_AGAIN = {"Cache-Control": "private, no-cache"}


def version_of(path: Path) -> str:
    """Changes when the file does: pages put it behind the address, so that the browser may keep a picture."""
    found = path.stat()
    return f"{found.st_mtime_ns:x}-{found.st_size:x}"


class Thumbnails:
    """Small pictures by file, made once as long as the file stays as it is."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[Path, str], bytes] = OrderedDict()
        self._access = Lock()

    def of(self, path: Path) -> bytes:
        """The small picture, as JPEG.

        Raises:
            OSError: the picture cannot be read.
        """
        key = (path, version_of(path))
        with self._access:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        made = _small(path)
        with self._access:
            self._made[key] = made
            while len(self._made) > _REMEMBERED:
                self._made.popitem(last=False)
        return made


def small(path: Path, thumbnails: Thumbnails, request: Request) -> Response:
    """A small picture as an answer; 404 where the file is no picture that can be read."""
    try:
        content = thumbnails.of(path)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return Response("This file cannot be read as a picture.", 404, media_type="text/plain")
    return Response(content, media_type="image/jpeg", headers=_kept(path, request))


def whole(path: Path, request: Request) -> Response:
    """The file as it is, if it is a picture: a link to anything else is not followed."""
    try:
        with Image.open(path) as image:
            media = _MEDIA.get(image.format or "")
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError):
        media = None
    if media is None:
        return Response("This file cannot be read as a picture.", 404, media_type="text/plain")
    return FileResponse(path, media_type=media, headers=_kept(path, request))


def _kept(path: Path, request: Request) -> dict[str, str]:
    """For good where the address names the version that the file has now."""
    return dict(_FOR_GOOD if request.query_params.get("v") == version_of(path) else _ASK_AGAIN)


def _small(path: Path) -> bytes:
    content = io.BytesIO()
    with Image.open(path) as image:
        image.draft("RGB", (EDGE * 2, EDGE * 2))
        shown = image.convert("RGBA") if image.mode in ("P", "LA", "PA") else image
        shown.thumbnail((EDGE, EDGE), Image.Resampling.BICUBIC, reducing_gap=2.0)
        if shown.mode == "RGBA":
            ground = Image.new("RGB", shown.size, (128, 128, 128))
            ground.paste(shown, mask=shown.getchannel("A"))
            shown = ground
        shown.convert("RGB").save(content, "JPEG", quality=82)
    return content.getvalue()
