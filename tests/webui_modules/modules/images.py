"""Draws legends."""

from __future__ import annotations

from PIL import Image


class GridAnnotation:
    """A line of a legend."""

    def __init__(self, text: str = "", is_active: bool = True) -> None:
        self.text = text
        self.is_active = is_active


def draw_grid_annotations(
    im: Image.Image,
    width: int,
    height: int,
    hor_texts: list[list[GridAnnotation]],
    ver_texts: list[list[GridAnnotation]],
    margin: int = 0,
) -> Image.Image:
    assert im.size == (width * len(hor_texts), height * len(ver_texts))
    return im
