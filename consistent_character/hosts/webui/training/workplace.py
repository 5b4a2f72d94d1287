"""A run's folder of its own for what the web UI's trainer reads and writes; nothing of it is left afterwards.

The trainer takes whatever lies in a folder: here lie exactly the images asked for, each with a caption of its own in
strict UTF-8. It mixes the logs of a day: here every run has its own. It looks templates up by name: ours is known to it
for as long as the run lasts, and never lies among the user's.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from modules.textual_inversion import textual_inversion
from PIL import Image, UnidentifiedImageError

from consistent_character.character.files import explained
from consistent_character.engine import TrainingExample, TrainRequest
from consistent_character.errors import RequestError

_FOLDER = ".training"
_TEMPLATE = "consistent-character-run.txt"


@dataclass(frozen=True)
class Workplace:
    """Where the trainer finds images with captions, and where it may write; the template's name in its list."""

    images: Path
    log: Path
    template_name: str


@contextmanager
def workplace(request: TrainRequest) -> Iterator[Workplace]:
    """Lay everything out in the run's folder, and clear it away at the end.

    Raises:
        RequestError: an image cannot be read, or the template not be written in this computer's encoding.
        FolderError: the folder cannot be written.
    """
    root = request.folder / _FOLDER
    try:
        with explained(root):
            place = _laid_out(root, request)
        with _known_template(root / _TEMPLATE):
            yield place
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _laid_out(root: Path, request: TrainRequest) -> Workplace:
    shutil.rmtree(root, ignore_errors=True)
    place = Workplace(root / "images", root / "log", _TEMPLATE)
    place.images.mkdir(parents=True)
    place.log.mkdir()
    for number, example in enumerate(request.examples):
        _lay_out(place.images / f"{number:06d}{example.image.suffix.lower()}", example)
    _write_template(root / _TEMPLATE, request.template)
    return place


def _lay_out(target: Path, example: TrainingExample) -> None:
    """One image and its caption; numbered, so that a.png and a.jpg do not share a caption."""
    try:
        with Image.open(example.image) as image:
            image.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise RequestError(f"The image {example.image} cannot be read; take it out of the training set.") from error
    try:
        os.link(example.image.resolve(), target)
    except OSError:  # a disk without links
        shutil.copyfile(example.image, target)
    target.with_suffix(".txt").write_bytes(example.caption.encode())


def _write_template(path: Path, lines: tuple[str, ...]) -> None:
    try:
        # The web UI reads it in the system's encoding, whatever that is.
        path.write_text("\n".join(lines))
    except UnicodeEncodeError as error:
        raise RequestError(
            f"The prompt template has the character {error.object[error.start]!r}, which this computer's encoding "
            f"({error.encoding}) lacks. Write it with other letters."
        ) from error


@contextmanager
def _known_template(path: Path) -> Iterator[None]:
    known = textual_inversion.textual_inversion_templates
    known[path.name] = textual_inversion.TextualInversionTemplate(path.name, str(path))
    try:
        yield
    finally:
        known.pop(path.name, None)
