"""Models that look at pictures, for as long as they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from consistent_character.vision.seeing.cache import SeenCache
from consistent_character.vision.seeing.installing import installed
from consistent_character.vision.seeing.sight import Sight, lookers

OpenSight = Callable[[SeenCache | None], AbstractContextManager[Sight | None]]
"""Opens what looks at pictures, with a place to remember what it saw; None where nothing is installed for it."""


@contextmanager
def installed_sight(cache: SeenCache | None = None) -> Iterator[Sight | None]:
    """The installed models. No process is started before the first look, and none is left at the end."""
    found = installed()
    if found is None:
        yield None
        return
    with Sight(lookers(found), cache) as sight:
        yield sight


@contextmanager
def no_sight(cache: SeenCache | None = None) -> Iterator[Sight | None]:
    """None, whatever is installed."""
    yield None
