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


def on_app_started(callback: Any, *, name: Any = None) -> None:
    fake_registered.append(("app_started", callback))


def on_ui_tabs(callback: Any, *, name: Any = None) -> None:
    fake_registered.append(("ui_tabs", callback))


def on_ui_settings(callback: Any, *, name: Any = None) -> None:
    fake_registered.append(("ui_settings", callback))


def on_after_component(callback: Any, *, name: Any = None) -> None:
    fake_registered.append(("after_component", callback))


def on_before_ui(callback: Any, *, name: Any = None) -> None:
    fake_registered.append(("before_ui", callback))
