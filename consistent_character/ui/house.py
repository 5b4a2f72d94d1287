"""What the panels share: the services of the process, and what one browser window looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import Engine
from consistent_character.errors import RequestError
from consistent_character.ui.form import Updates
from consistent_character.ui.jobs import Jobs


@dataclass(frozen=True)
class House:
    """The services that every window uses. `root` is where characters are looked for and created."""

    engine: Engine
    root: Path
    jobs: Jobs = field(default_factory=Jobs)

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


@dataclass(frozen=True)
class Window:
    """What one browser window looks at. Held in `gr.State`; replaced, never changed."""

    path: Path | None = None

    def folder(self) -> CharacterFolder:
        """The character that is open.

        Raises:
            RequestError: none is.
        """
        if self.path is None:
            raise RequestError("Open a character first, or create one: both are at the top of the page.")
        return CharacterFolder.open(self.path)


@dataclass(frozen=True)
class Panel:
    """A panel's components that depend on the folder, and how they are filled from it.

    `show` fills all of them when a folder is opened; `live` those that a running job changes.
    """

    outputs: tuple[Any, ...]
    show: Callable[[CharacterFolder], Updates]
    live: Callable[[CharacterFolder], Updates]


@dataclass(frozen=True)
class Shell:
    """The components around the panels."""

    window: Any
    summary: Any
    strip: Any
    interrupt: Any

    @property
    def outputs(self) -> tuple[Any, ...]:
        """What a running job changes."""
        return (self.strip, self.interrupt, self.summary)
