"""What the rooms for people share: the engine, the folder of the characters, and the jobs at work."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Protocol

from consistent_character.engine import EmbeddingContent, Engine
from consistent_character.errors import RequestError
from consistent_character.jobs import Jobs
from consistent_character.vision.seeing.opened import OpenSight, no_sight


@dataclass(frozen=True)
class Placed:
    """Where an embedding is now, and where those of the same name are kept that had to make room for it.

    `loaded` is whether prompts come to it from now on, without a restart.
    """

    path: Path
    aside: tuple[Path, ...] = ()
    loaded: bool = True


class Place(Protocol):
    """Where embeddings are looked for: the host's own folder, or one that a person names.

    `own` is whether what goes by the name there may make room: it is this character's own, or the person said so.
    """

    def check(self, name: str, own: bool) -> None:
        """See that an embedding may be put there under a name; nothing is changed.

        Raises:
            RequestError: another one goes by that name.
        """

    def put(self, content: EmbeddingContent, ending: str, own: bool, aside: Path) -> Placed:
        """Put it there under `content.name`, as .pt or .safetensors; what makes room is kept in the folder `aside`.

        Raises:
            RequestError: another one goes by that name.
            FolderError: it cannot be written. What was there is there still.
        """


class Keys:
    """Keys for folders that a person opened, wherever they are: whoever has the key may work on that folder.

    They are handed out by the tab, cannot be guessed, and end with the process.
    """

    def __init__(self) -> None:
        self._folders: dict[str, Path] = {}
        self._access = Lock()

    def hand_out(self, folder: Path) -> str:
        """The key of a folder; the same one each time."""
        path = folder.resolve()
        with self._access:
            for key, known in self._folders.items():
                if known == path:
                    return key
            key = secrets.token_urlsafe(24)
            self._folders[key] = path
            return key

    def folder(self, key: str) -> Path | None:
        """The folder that a key is for, if it is one that was handed out."""
        with self._access:
            return self._folders.get(key)


@dataclass(frozen=True)
class House:
    """The services of the process. `root` is where characters are looked for and created.

    `usual_size` tells the picture edge in pixels that forms begin with, on hosts where asking the engine would load
    the model. `place` puts an embedding where the host's own prompts find it, on hosts that have prompts of their own.
    `keys` are those to folders that may lie elsewhere. `eyes` opens the models that look at pictures.
    """

    engine: Engine
    root: Path
    jobs: Jobs = field(default_factory=Jobs)
    usual_size: Callable[[], int] | None = None
    place: Place | None = None
    keys: Keys = field(default_factory=Keys)
    eyes: OpenSight = no_sight

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
