"""Tells extensions what happens."""

from __future__ import annotations

from typing import Any

fake_registered: list[tuple[str, Any]] = []
"""What was registered for which moment."""
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


_MOMENTS = ("app_started", "ui_tabs", "ui_settings", "after_component", "before_ui")

callback_map: dict[str, list[Any]] = {f"callbacks_{moment}": [] for moment in _MOMENTS}


def add_callback(
    callbacks: list[Any], fun: Any, *, name: Any = None, category: str = "unknown", filename: Any = None
) -> None:
    assert callbacks is callback_map[f"callbacks_{category}"]
    assert str(filename).endswith(".py")
    fake_registered.append((category, fun))
