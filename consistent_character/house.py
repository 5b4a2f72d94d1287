"""What the rooms for people share: the engine, the folder of the characters, and the jobs at work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from consistent_character.engine import Engine
from consistent_character.errors import RequestError
from consistent_character.jobs import Jobs

Place = Callable[[Path, str], Path]
"""Copies an embedding's file to where the host looks for embeddings, under a name; returns the copy's path.

Raises `RequestError` where another embedding goes by that name: nothing of the user's is ever replaced.
"""


@dataclass(frozen=True)
class House:
    """The services of the process. `root` is where characters are looked for and created.

    `usual_size` tells the picture edge in pixels that forms begin with, on hosts where asking the engine would load
    the model. `place` puts an embedding where the host's own prompts find it, on hosts that have prompts of their own.
    """

    engine: Engine
    root: Path
    jobs: Jobs = field(default_factory=Jobs)
    usual_size: Callable[[], int] | None = None
    place: Place | None = None

    @property
    def size(self) -> int:
        """The picture edge in pixels that a form begins with."""
        return self.usual_size() if self.usual_size else self.engine.checkpoint.size

    def characters(self) -> list[str]:
        """The names of the character folders in `root`."""
        if not self.root.is_dir():
            return []
        return sorted(path.parent.name for path in self.root.glob("*/character.toml"))

    def path_of(self, name: str) -> Path:
        """The folder that a person means: a path as it stands, or a name within `root`.

        Raises:
            RequestError: nothing was entered.
        """
        if not name or not name.strip():
            raise RequestError("Choose a character, or enter the path of its folder.")
        return self.root / Path(name.strip()).expanduser()
