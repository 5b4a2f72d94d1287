"""Tells extensions what happens."""

from __future__ import annotations

from typing import Any

fake_saved: list[tuple[str, dict[str, Any]]] = []
"""File names and texts that `image_saved_callback` was told of."""


class ImageSaveParams:
    """A picture that was saved."""

    def __init__(self, image: Any, p: Any, filename: str, pnginfo: dict[str, Any]) -> None:
        self.image = image
        self.p = p
        self.filename = filename
        self.pnginfo = pnginfo


def image_saved_callback(params: ImageSaveParams) -> None:
    fake_saved.append((params.filename, params.pnginfo))  # not the picture: tests count those that live
