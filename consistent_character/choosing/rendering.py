"""Drawing the forest test's pictures: whole, once, and never again for the same request.

    runs/<run>/forest-test/<settings>/baseline/<seed>.png    the class word
                                      <step>/<seed>.png      an iteration

A picture's key, a hash of everything that decides what it shows, is kept inside it: the two cannot part.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path

from PIL import Image

from consistent_character.character.files import explained
from consistent_character.choosing.keeping import Keeper
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


class Album:
    """All pictures that a test may want, where they lie and what they are drawn from; none is drawn here.

    Each iteration goes by a name of its own, so that one batch can hold several.

    Raises:
        FolderError: an iteration cannot be read.
    """

    def __init__(
        self,
        run: Path,
        token: str,
        request: ForestRequest,
        iterations: Sequence[Iteration],
        checkpoint: CheckpointInfo,
    ) -> None:
        self._request = request
        self._checkpoint = checkpoint
        self.folder = run / FOLDER_NAME / _settings_key(request, checkpoint)
        digits = max((len(str(iteration.step)) for iteration in iterations), default=1)
        # Of one length: no name begins with another one.
        self._embeddings = {
            one.step: EmbeddingFile(f"{token}-at-{one.step:0{digits}d}", one.path) for one in iterations
        }
        self._contents = {one.step: _sha256(one.path) for one in iterations}
        self._plans: dict[tuple[str, int], Planned] = {}

    def baseline(self, seeds: Sequence[int]) -> tuple[Planned, ...]:
        """The class word's pictures."""
        return tuple(self._planned(BASELINE, seed, None, "") for seed in seeds)

    def row(self, step: int, seeds: Sequence[int]) -> tuple[Planned, ...]:
        """An iteration's pictures."""
        embedding, content = self._embeddings[step], self._contents[step]
        return tuple(self._planned(str(step), seed, embedding, content) for seed in seeds)

    def _planned(self, row: str, seed: int, embedding: EmbeddingFile | None, content: str) -> Planned:
        if (row, seed) not in self._plans:
            request = self._request.picture(seed, embedding)
            key = _key(request, self._checkpoint, content)
            self._plans[row, seed] = Planned(self.folder / row / f"{seed}.png", request, key)
        return self._plans[row, seed]


def _settings_key(request: ForestRequest, checkpoint: CheckpointInfo) -> str:
    """The name of a folder of its own for every prompt, setting and checkpoint: none draws over another's pictures."""
    return _key(request.picture(0), checkpoint, request.prompt)[:8]


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


Seen = Callable[[Planned, Image.Image], None]
"""Is handed each picture that was drawn, beside the drawing of the next ones."""


def draw_missing(
    planned: Sequence[Planned],
    engine: Engine,
    progress: Progress,
    title: str = "Forest test",
    seen: Seen = lambda planned, image: None,
) -> int:
    """Draw what is not on disk yet; returns how many pictures that were.

    Each of them is shown to `seen` before it is written, in a thread of its own: nobody needs to decode it again.

    Raises:
        FolderError: the disk is full or may not be written. What was drawn is kept.
        Interrupted: the user stopped it. What was drawn is kept.
    """
    missing = [one for one in planned if not one.there]
    progress.begin(title, total=len(planned), done=len(planned) - len(missing))
    for folder in {one.path.parent for one in missing}:
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
    with Keeper() as keeper:
        for one, rendered in _drawn(missing, engine):
            keeper.keep(one.path, partial(_png, one, rendered, seen))
            progress.advance(note=one.path.parent.name)
    return len(missing)


def _drawn(missing: Sequence[Planned], engine: Engine) -> Iterable[tuple[Planned, Rendered]]:
    stream = engine.render(planned.request for planned in missing)
    for planned, rendered in zip_longest(missing, stream):
        if planned is None or rendered is None:
            raise ConsistentCharacterError("The engine drew another number of pictures than it was asked for.")
        yield planned, rendered


def _png(planned: Planned, rendered: Rendered, seen: Seen) -> bytes:
    seen(planned, rendered.image)
    return as_png(rendered.image, rendered.infotext, **{KEY_CHUNK: planned.key})
