"""Which pictures a folder holds, and which caption belongs to each."""

from __future__ import annotations

import os
from pathlib import Path

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".avif")


class Pair:
    """An image and its caption, the .txt of the same name, which may not exist (yet).

    A folder may hold many thousands, and making two `Path` for each would take as long as reading all captions. So they
    are made when they are asked for; whoever goes through all pairs takes the paths as strings.
    """

    __slots__ = ("_caption", "_image", "caption_path", "image_path")

    def __init__(self, image: Path | str, caption: Path | str) -> None:
        self.image_path = str(image)
        self.caption_path = str(caption)
        self._image: Path | None = None
        self._caption: Path | None = None

    @property
    def image(self) -> Path:
        """The image's file."""
        if self._image is None:
            self._image = Path(self.image_path)
        return self._image

    @property
    def caption(self) -> Path:
        """The caption's file."""
        if self._caption is None:
            self._caption = Path(self.caption_path)
        return self._caption

    @property
    def name(self) -> str:
        """The image's file name."""
        return os.path.basename(self.image_path)  # noqa: PTH119

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pair):
            return NotImplemented
        return (self.image_path, self.caption_path) == (other.image_path, other.caption_path)

    def __lt__(self, other: Pair) -> bool:
        return (self.image, self.caption) < (other.image, other.caption)

    def __hash__(self) -> int:
        return hash((self.image_path, self.caption_path))

    def __repr__(self) -> str:
        return f"Pair({self.image_path!r}, {self.caption_path!r})"


def pairs_in(folder: Path) -> tuple[Pair, ...]:
    """The images that lie directly in a folder with their captions, by name; none where there is no such folder."""
    if not folder.is_dir():
        return ()
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if _is_image(entry)]
    names.sort(key=os.path.normcase)
    start = str(folder / "x")[:-1]
    return tuple(Pair(f"{start}{name}", f"{start}{name.rpartition('.')[0]}.txt") for name in names)


def is_picture(name: str) -> bool:
    """Whether a file of that name is an image of a folder."""
    return name.lower().endswith(IMAGE_ENDINGS) and not name.startswith(".")


def _is_image(entry: os.DirEntry[str]) -> bool:
    if not is_picture(entry.name):
        return False
    try:
        return entry.is_file()
    except OSError:  # a link that leads in a circle
        return False
