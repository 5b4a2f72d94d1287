"""Whose face is in a picture, where the libraries that recognise faces are installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from consistent_character.vision.seeing.installing import installed
from consistent_character.vision.seeing.seen import Floats
from consistent_character.vision.seeing.sight import Sight, lookers
from consistent_character.vision.seeing.trust import identities

Faces = Callable[[Sequence[Path]], Sequence[Floats | None]]
"""Whose face each picture shows, `(128,)`; None where none is seen."""


@contextmanager
def recognised() -> Iterator[Faces | None]:
    """What recognises faces, for as long as it is needed; None where nothing is installed for it."""
    installation = installed()
    if installation is None:
        yield None
        return
    with Sight(lookers(installation)) as sight:
        yield lambda paths: identities(sight.look(paths))
