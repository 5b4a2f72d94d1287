"""Drawing the forest test's pictures: whole, once, and never again for the same request.

    runs/<run>/forest-test/baseline/<seed>.png    the class word
                           <step>/<seed>.png      an iteration

A picture's key, a hash of everything that decides what it shows, is kept inside it: the two cannot part.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from PIL import Image

from consistent_character.character.files import explained, write_whole
from consistent_character.choosing.request import NAME, ForestRequest
from consistent_character.engine import CheckpointInfo, EmbeddingFile, Engine, Iteration, Rendered, RenderRequest
from consistent_character.errors import ConsistentCharacterError, FolderError
from consistent_character.progress import Progress
from consistent_character.prompts.pictures import as_png

FOLDER_NAME = "forest-test"
BASELINE = "baseline"
KEY_CHUNK = "forest-test-key"
"""The PNG text chunk that holds a picture's key."""


@dataclass(frozen=True)
class Planned:
    """A picture to be drawn, where it belongs, and its key."""

    path: Path
    request: RenderRequest
    key: str

    @property
    def there(self) -> bool:
        """Whether it is on disk, whole, and drawn from the same request."""
        try:
            with Image.open(self.path) as image:
                image.load()
                return bool(image.info.get(KEY_CHUNK) == self.key)
        except (OSError, SyntaxError, ValueError):
            return False


@dataclass(frozen=True)
class Gallery:
    """All pictures of a test, in the order of the request's seeds."""

    baseline: tuple[Planned, ...]
    iterations: tuple[tuple[Iteration, tuple[Planned, ...]], ...]

    @property
    def all(self) -> tuple[Planned, ...]:
        """The baseline's, then iteration by iteration."""
        return (*self.baseline, *(planned for _, row in self.iterations for planned in row))


def plan_gallery(
    run: Path, token: str, request: ForestRequest, iterations: Sequence[Iteration], checkpoint: CheckpointInfo
) -> Gallery:
    """Every picture of a test. Each iteration goes by a name of its own, so that one batch can hold several.

    Raises:
        FolderError: an iteration cannot be read.
    """
    root = run / FOLDER_NAME
    digits = max((len(str(iteration.step)) for iteration in iterations), default=1)

    def row(folder: Path, embedding: EmbeddingFile | None) -> tuple[Planned, ...]:
        content = _sha256(embedding.path) if embedding else ""
        requests = (request.picture(seed, embedding) for seed in request.seeds)
        return tuple(Planned(folder / f"{r.seed}.png", r, _key(r, checkpoint, content)) for r in requests)

    rows = []
    for iteration in iterations:
        # Of one length: no name begins with another one.
        name = f"{token}-at-{iteration.step:0{digits}d}"
        rows.append((iteration, row(root / str(iteration.step), EmbeddingFile(name, iteration.path))))
    return Gallery(row(root / BASELINE, None), tuple(rows))


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise FolderError(
            f"The iteration {path} cannot be read ({error.strerror}): put it back, or train anew."
        ) from error


def _key(request: RenderRequest, checkpoint: CheckpointInfo, embedding: str) -> str:
    """A hash of the prompt, the seed, all settings, the checkpoint's and the iteration's content."""
    document = dataclasses.asdict(request)
    for named in request.embeddings:
        document["prompt"] = document["prompt"].replace(named.name, NAME)
    document["embeddings"] = [embedding]  # its content counts, not where it lies and what it is called here
    document["checkpoint"] = checkpoint.sha256
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def draw_missing(gallery: Gallery, engine: Engine, progress: Progress) -> int:
    """Draw what is not on disk yet; returns how many pictures that were.

    Raises:
        FolderError: the disk is full or may not be written. What was drawn is kept.
        Interrupted: the user stopped it. What was drawn is kept.
    """
    missing = [planned for planned in gallery.all if not planned.there]
    progress.begin("Forest test", total=len(gallery.all), done=len(gallery.all) - len(missing))
    for folder in {planned.path.parent for planned in missing}:
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
    for planned, rendered in _drawn(missing, engine):
        _save(planned, rendered)
        progress.advance(note=planned.path.parent.name)
    return len(missing)


def _drawn(missing: Sequence[Planned], engine: Engine) -> Iterable[tuple[Planned, Rendered]]:
    stream = engine.render(planned.request for planned in missing)
    for planned, rendered in zip_longest(missing, stream):
        if planned is None or rendered is None:
            raise ConsistentCharacterError("The engine drew another number of pictures than it was asked for.")
        yield planned, rendered


def _save(planned: Planned, rendered: Rendered) -> None:
    write_whole(planned.path, as_png(rendered.image, rendered.infotext, **{KEY_CHUNK: planned.key}))
