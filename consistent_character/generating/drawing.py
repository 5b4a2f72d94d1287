"""Drawing what is not there yet, one whole pair of picture and text after another."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from PIL.PngImagePlugin import PngInfo

from consistent_character.character.character import Character
from consistent_character.character.files import write_whole
from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import Engine, Rendered, RenderRequest
from consistent_character.errors import ConsistentCharacterError
from consistent_character.generating.grid import GridRequest, Planned, draw_up
from consistent_character.progress import Progress
from consistent_character.prompts import guard

INFOTEXT_CHUNK = "parameters"
"""The PNG text chunk in which A1111 keeps the generation parameters."""

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
    missing = _missing(folder, plan)
    progress.begin("Drawing pictures", total=len(plan), done=len(plan) - len(missing))
    drawn = tuple(_draw(folder, missing, request, engine, progress))
    return GridResult(planned=len(plan), existing=len(plan) - len(missing), images=drawn)


def _missing(folder: CharacterFolder, plan: Sequence[Planned]) -> tuple[Planned, ...]:
    """The pictures of the plan that lie neither among the images nor among the rejected.

    By number and seed: a picture that was moved out may have had its name changed to avoid another's.
    """
    rejected = folder.path / "rejected"
    names = (path.name for path in (*folder.images.glob("*-*.png"), *rejected.glob("*/*-*.png")))
    have = {(int(found[1]), int(found[2])) for name in names if (found := _NAME.match(name))}
    return tuple(planned for planned in plan if (planned.number, planned.seed) not in have)


def _draw(
    folder: CharacterFolder, missing: Sequence[Planned], request: GridRequest, engine: Engine, progress: Progress
) -> Iterator[Path]:
    stream = engine.render(_render_request(folder.character, planned, request) for planned in missing)
    for planned, rendered in zip_longest(missing, stream):
        if planned is None or rendered is None:
            raise ConsistentCharacterError("The engine drew another number of pictures than it was asked for.")
        path = folder.images / f"{planned.stem}.png"
        save_pair(path, rendered)
        yield path
        progress.advance(note=f"{planned.cell.zoom}, {planned.cell.angle}")


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


def save_pair(path: Path, rendered: Rendered) -> None:
    """Write the picture and its text, both whole; the text first, so that a picture on disk is a finished pair.

    Raises:
        FolderError: the disk is full or may not be written.
    """
    write_whole(path.with_suffix(".txt"), f"{rendered.infotext}\n".encode())
    chunks = PngInfo()
    chunks.add_text(INFOTEXT_CHUNK, rendered.infotext)
    picture = io.BytesIO()
    rendered.image.save(picture, "PNG", pnginfo=chunks)
    write_whole(path, picture.getvalue())
