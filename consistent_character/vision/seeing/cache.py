"""Where what was seen is kept, by the content of the file and by who looked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol


class SeenCache(Protocol):
    """A store that outlives the process, or one that does not."""

    def found(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        """What is stored under these keys; what is not is left out."""

    def keep(self, key: str, content: bytes) -> None:
        """Store something under a key; the newest counts."""


class Memory:
    """A cache for as long as the process lives, where there is no character folder."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def found(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        """See `SeenCache`."""
        return {key: self._kept[key] for key in keys if key in self._kept}

    def keep(self, key: str, content: bytes) -> None:
        """See `SeenCache`."""
        self._kept[key] = content
