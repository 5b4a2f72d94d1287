"""A folder that a person names, as a place for embeddings; the web UI's own is in `hosts.webui.installing`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from consistent_character.character.aside import kept_aside
from consistent_character.character.files import explained
from consistent_character.engine import EmbeddingContent, Vocabulary
from consistent_character.errors import RequestError
from consistent_character.house import Placed

_ENDINGS = (".pt", ".bin", ".safetensors")


@dataclass(frozen=True)
class FolderShelf:
    """See `house.Place`. Other programs read the folder when they like: nothing is loaded."""

    folder: Path
    vocabulary: Vocabulary

    def check(self, name: str, own: bool) -> None:
        """See that no other embedding in the folder goes by the name."""
        taken = next(self._files(name), None)
        if taken is not None and not own:
            raise RequestError(
                f"{taken} is there already: choose another name or folder, or say that it may make room."
            )

    def put(self, content: EmbeddingContent, ending: str, own: bool, aside: Path) -> Placed:
        """Write it; what has its name is kept in the folder `aside` first."""
        self.check(content.name, own)
        before = list(self._files(content.name))
        target = self.folder / f"{content.name}{ending}"
        with explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        kept = tuple(kept_aside(path, aside) for path in before)
        with explained(target):
            self.vocabulary.write(target, content)
            for path in before:
                if path != target:
                    path.unlink()
        return Placed(target, kept, loaded=False)

    def _files(self, name: str) -> Iterator[Path]:
        for path in sorted(self.folder.glob("*")) if self.folder.is_dir() else ():
            if path.suffix.lower() in _ENDINGS and path.stem.casefold() == name.casefold() and path.is_file():
                yield path
