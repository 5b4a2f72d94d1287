"""Which pictures the grid consists of: drawn up once, stored in the character folder, gone on with ever after."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, Protocol, get_args

from consistent_character.character.files import write_whole
from consistent_character.character.vocabulary import FILE_NAME
from consistent_character.engine import Sampler
from consistent_character.errors import FolderError, RequestError
from consistent_character.prompts.cells import ANGLES, ZOOMS, Cell, Vocabulary

_VERSION = 1
_SEED_BITS = 32


class Wanted(Protocol):
    """What the plan depends on, of whatever asks for a grid."""

    @property
    def per_cell(self) -> int:
        """Pictures of each cell."""

    @property
    def seed(self) -> int:
        """What the seeds are drawn from, or -1."""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells, in the order in which they are drawn."""


@dataclass(frozen=True)
class GridRequest:
    """How the grid is drawn. The defaults are the tutorial's: 16 pictures of each of 5 zooms x 5 viewing angles."""

    per_cell: int = 16
    """Pictures of each cell, 1 to 1000. More of them leave more to choose from; 400 in all are culled to about 150."""
    seed: int = -1
    """-1 draws the seeds at random; any other number makes the same plan again."""
    zooms: tuple[str, ...] = ZOOMS
    """The zooms to draw; a subset for a quick try, or words of your own."""
    angles: tuple[str, ...] = ANGLES
    """The viewing angles to draw; likewise."""
    negative_prompt: str = ""
    """What should not be there. Not read by the safety check."""
    width: int = 512
    """Pixels, a multiple of 8; the size that the checkpoint was trained at draws best."""
    height: int = 512
    """Pixels, a multiple of 8."""
    sampler: Sampler = "DPM++ 2M Karras"
    """By the name that A1111 gives it."""
    steps: int = 30
    """Sampling steps a picture, 1 to 150. Fewer are faster and rougher."""
    cfg_scale: float = 7.0
    """How strictly the prompt is obeyed, 1 to 30."""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells asked for, zoom by zoom."""
        return Vocabulary(self.zooms, self.angles).cells()

    def check(self) -> None:
        """Look at every setting.

        Raises:
            RequestError: the first setting that cannot be used, and what it may be.
        """
        Vocabulary(self.zooms, self.angles).check()
        if self.sampler not in get_args(Sampler):
            raise RequestError(
                f'"{self.sampler}" is no sampler that can be drawn. Take one of: {", ".join(get_args(Sampler))}.'
            )
        check_numbers(self)
        _within("steps", self.steps, 1, 150)
        _within("CFG scale", self.cfg_scale, 1, 30)
        for name, pixels in (("width", self.width), ("height", self.height)):
            _within(name, pixels, 64, 4096)
            if pixels % 8:
                raise RequestError(f"The {name} {pixels} cannot be drawn: take a multiple of 8.")


def check_numbers(wanted: Wanted) -> None:
    """Look at what every grid has: how many pictures of a cell, and the seed.

    Raises:
        RequestError: one is outside its range.
    """
    _within("pictures per cell", wanted.per_cell, 1, 1000)
    _within("seed", wanted.seed, -1, 2**64 - 1)


def _within(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise RequestError(f"{what[0].upper()}{what[1:]}: {value} is outside {low} to {high}.")


@dataclass(frozen=True, order=True)
class Planned:
    """One picture of the plan. `number` counts from 1 through the whole plan, `index` from 0 within the cell."""

    number: int
    cell: Cell
    index: int
    seed: int

    @property
    def stem(self) -> str:
        """The file name without ending."""
        return f"{self.number:04d}-{self.seed}"


@dataclass(frozen=True)
class Grid:
    """The plan. What is in it stays as it is; asking for more pictures appends."""

    base_seed: int
    pictures: tuple[Planned, ...] = ()

    def extended(self, request: Wanted) -> Grid:
        """The plan with every picture that `request` asks for and that is not in it yet.

        Index by index and not cell by cell, so that an interrupted run has drawn about as many of every cell.
        """
        have = {(picture.cell, picture.index) for picture in self.pictures}
        wanted = [(cell, index) for index in range(request.per_cell) for cell in request.cells]
        missing = [key for key in dict.fromkeys(wanted) if key not in have]
        first = 1 + max((picture.number for picture in self.pictures), default=0)
        added = (
            Planned(number, cell, index, self._seed_of(cell, index))
            for number, (cell, index) in enumerate(missing, start=first)
        )
        return replace(self, pictures=(*self.pictures, *added))

    def asked_for(self, request: Wanted) -> tuple[Planned, ...]:
        """The pictures of the plan that `request` wants, in the plan's order."""
        cells = set(request.cells)
        return tuple(p for p in self.pictures if p.cell in cells and p.index < request.per_cell)

    def _seed_of(self, cell: Cell, index: int) -> int:
        # From the cell and index alone: a grid that grew in several goes is the grid that was asked for at once.
        return Random(f"{self.base_seed}|{cell.zoom}|{cell.angle}|{index}").getrandbits(_SEED_BITS)


def draw_up(folder: Path, request: Wanted) -> Grid:
    """The grid stored in `folder`, extended by what `request` asks for, and stored again if that was anything.

    Raises:
        FolderError: the stored plan cannot be read, or the new one not written.
        RequestError: `request` has a seed, and the stored plan was drawn up with another.
    """
    path = folder / FILE_NAME
    stored = read(path) if path.exists() else None
    if stored is not None and request.seed not in (-1, stored.base_seed):
        raise RequestError(
            f"This folder's pictures were planned with seed {stored.base_seed}, not {request.seed}. "
            f"Leave the seed out to go on with them, or start another character folder."
        )
    start = stored or Grid(secrets.randbits(_SEED_BITS) if request.seed == -1 else request.seed)
    grid = start.extended(request)
    if grid != stored:
        write(path, grid)
    return grid


def read(path: Path) -> Grid:
    """The plan stored at `path`.

    Raises:
        FolderError: it is no plan of ours.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return Grid(int(document["base_seed"]), tuple(_planned(document["pictures"])))
    except (ValueError, KeyError, TypeError) as error:
        raise FolderError(
            f"{path} cannot be read as a picture plan. Move it away to draw up a new one; the pictures stay."
        ) from error


def _planned(rows: Iterable[dict[str, Any]]) -> Iterable[Planned]:
    for row in rows:
        cell = Cell(str(row["zoom"]), str(row["angle"]))
        yield Planned(int(row["number"]), cell, int(row["index"]), int(row["seed"]))


def write(path: Path, grid: Grid) -> None:
    """Store the plan, one picture a line.

    Raises:
        FolderError: the disk is full or may not be written.
    """
    rows = ",\n".join(
        json.dumps({"number": p.number, "zoom": p.cell.zoom, "angle": p.cell.angle, "index": p.index, "seed": p.seed})
        for p in grid.pictures
    )
    text = f'{{"version": {_VERSION}, "base_seed": {grid.base_seed}, "pictures": [\n{rows}\n]}}\n'
    write_whole(path, text.encode())
