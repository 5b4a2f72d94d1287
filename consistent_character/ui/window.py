"""What one browser window looks at, and what a panel and the page around it promise each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consistent_character.character.folder import CharacterFolder
from consistent_character.errors import RequestError
from consistent_character.ui.form import Updates


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

    `show` fills all of them when a folder is opened; `live` those that a running job changes. Where a person chooses
    what is shown, `chosen` is the state that holds it, and `again` fills the panel anew without losing it.
    """

    outputs: tuple[Any, ...]
    show: Callable[[CharacterFolder], Updates]
    live: Callable[[CharacterFolder], Updates]
    chosen: Any = None
    again: Callable[[CharacterFolder, Any], Updates] | None = None


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
