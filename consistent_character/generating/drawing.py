"""Drawing what is not there yet, one whole pair of picture and text after another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Protocol

from PIL.Image import Image

from consistent_character.character.character import Character
from consistent_character.character.files import write_whole
from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import Engine, RenderRequest
from consistent_character.errors import ConsistentCharacterError
from consistent_character.generating.grid import GridRequest, Planned, draw_up
from consistent_character.progress import Progress
from consistent_character.prompts import guard
from consistent_character.prompts.pictures import as_png

_NAME = re.compile(r"([0-9]+)-([0-9]+)")


@dataclass(frozen=True)
class GridResult:
    """What a run of the generating step did. `images` are the pictures drawn now, in the order of the plan."""

    planned: int
    existing: int
    images: tuple[Path, ...]

    @property
    def drawn(self) -> int:
        """How many pictures were drawn now."""
        return len(self.images)


@dataclass(frozen=True)
class Place:
    """Where a grid lies: `plan` is the folder of its plan, `images` that of its pictures.

    A picture that has been moved to `rejected/<reason>/` since is there as well.
    """

    plan: Path
    images: Path
    rejected: Path

    @classmethod
    def of(cls, folder: CharacterFolder) -> Place:
        """The place in a character folder."""
        return cls(folder.path, folder.images, folder.path / "rejected")

    def missing(self, planned: Sequence[Planned]) -> tuple[Planned, ...]:
        """Those of the plan's pictures that are not there.

        By number and seed: a picture that was moved out may have had its name changed to avoid another's.
        """
        names = (path.name for path in (*self.images.glob("*-*.png"), *self.rejected.glob("*/*-*.png")))
        have = {(int(found[1]), int(found[2])) for name in names if (found := _NAME.match(name))}
        return tuple(picture for picture in planned if (picture.number, picture.seed) not in have)


class Picture(Protocol):
    """A finished picture and its generation parameters in A1111's infotext format."""

    @property
    def image(self) -> Image:
        """The picture."""

    @property
    def infotext(self) -> str:
        """The generation parameters."""


Painter = Callable[[Sequence[Planned]], Iterator[tuple[Planned, Picture]]]
"""Draws planned pictures, in order, each as soon as it is finished; one that somebody skipped is left out."""


def generate(folder: CharacterFolder, request: GridRequest, engine: Engine, progress: Progress) -> GridResult:
    """Draw the zoom x angle grid of the folder's character; goes on where an earlier run stopped.

    A picture that was drawn is not drawn again, also when the curating step has moved it to `rejected/` since. Each one
    becomes `images/<number>-<seed>.png`, with its generation parameters inside and in a `.txt` beside it.

    Raises:
        UnsafePrompt: the character's prompt pairs sexual wording with somebody described as a minor. Nothing is drawn.
        RequestError: a setting outside its range.
        FolderError: the disk is full or may not be written. What was drawn is kept.
        Interrupted: the user stopped it. What was drawn is kept.
    """
    request.check()
    for cell in request.cells:
        guard.check(folder.character.prompt(cell))
    plan = draw_up(folder.path, request).asked_for(request)
    place = Place.of(folder)
    existing = len(plan) - len(place.missing(plan))
    filled = fill(place, plan, _painter(folder.character, request, engine), progress)
    drawn = tuple(path for path, _ in filled)
    return GridResult(planned=len(plan), existing=existing, images=drawn)


def fill(place: Place, plan: Sequence[Planned], painter: Painter, progress: Progress) -> Iterator[tuple[Path, Picture]]:
    """Have the plan's missing pictures painted; each is saved whole with its text, told of, and let go of.

    Raises:
        FolderError: the disk is full or may not be written. What was drawn is kept.
        Interrupted: the user stopped it. What was drawn is kept.
    """
    missing = place.missing(plan)
    progress.begin("Drawing pictures", total=len(plan), done=len(plan) - len(missing))
    for planned, picture in painter(missing):
        path = place.images / f"{planned.stem}.png"
        save_pair(path, picture)
        yield path, picture
        progress.advance(note=f"{planned.cell.zoom}, {planned.cell.angle}")


def _painter(character: Character, request: GridRequest, engine: Engine) -> Painter:
    def paint(missing: Sequence[Planned]) -> Iterator[tuple[Planned, Picture]]:
        stream = engine.render(_render_request(character, planned, request) for planned in missing)
        for planned, rendered in zip_longest(missing, stream):
            if planned is None or rendered is None:
                raise ConsistentCharacterError("The engine drew another number of pictures than it was asked for.")
            yield planned, rendered

    return paint


def _render_request(character: Character, planned: Planned, request: GridRequest) -> RenderRequest:
    return RenderRequest(
        prompt=character.prompt(planned.cell),
        seed=planned.seed,
        negative_prompt=request.negative_prompt,
        width=request.width,
        height=request.height,
        sampler=request.sampler,
        steps=request.steps,
        cfg_scale=request.cfg_scale,
    )


def save_pair(path: Path, picture: Picture) -> None:
    """Write the picture and its text, both whole; the text first, so that a picture on disk is a finished pair.

    Raises:
        FolderError: the disk is full or may not be written.
    """
    write_whole(path.with_suffix(".txt"), f"{picture.infotext}\n".encode())
    write_whole(path, as_png(picture.image, picture.infotext))
