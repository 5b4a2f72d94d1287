"""What a run left behind: its iterations, and the pictures it was trained on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import Iteration
from consistent_character.errors import FolderError
from consistent_character.prompts import emphasis, infotext
from consistent_character.prompts.cells import ANGLES, ZOOMS, phrase_pattern
from consistent_character.vision import features
from consistent_character.vision.signals import pixels

_REQUEST_FILE = "request.json"
_ITERATION = re.compile(r"(?P<name>.+)-(?P<step>[0-9]+)")
_DECODE_EDGE = 2 * pixels.EDGE
FEWEST = 4
"""Training pictures needed, and pictures of one framing needed for it to be judged by itself."""


@dataclass(frozen=True)
class Framing:
    """How a text says that the person is seen; empty where it does not say."""

    zoom: str = ""
    angle: str = ""


@dataclass(frozen=True)
class Reference:
    """A training picture, described as `pixels.described` does."""

    path: Path
    framing: Framing
    pixels: pixels.Floats


def framing_of(text: str) -> Framing:
    """The zoom and the viewing angle that a prompt or caption names, each by itself."""
    words = emphasis.strip(text)
    return Framing(_first(ZOOMS, words), _first(ANGLES, words))


def _first(phrases: tuple[str, ...], words: str) -> str:
    found = phrase_pattern(phrases).search(words)
    return " ".join(found[0].lower().split()) if found else ""


def find_iterations(folder: CharacterFolder, run: Path) -> tuple[Iteration, ...]:
    """The iterations that a run has saved, first to last.

    Raises:
        FolderError: there are none.
    """
    name = str(_request(run).get("name", folder.character.token))
    found = tuple(sorted(_iterations(run / "embeddings", name), key=lambda iteration: iteration.step))
    if not found:
        raise FolderError(f"{run} has no iterations in its folder embeddings: train first, or name another run.")
    return found


def _iterations(folder: Path, name: str) -> Iterable[Iteration]:
    for path in folder.glob("*.pt"):
        match = _ITERATION.fullmatch(path.stem)
        if match and match["name"] == name:
            yield Iteration(int(match["step"]), path)


def _request(run: Path) -> dict[str, Any]:
    """What the run was asked for; nothing where that cannot be read, as for iterations brought from elsewhere."""
    try:
        document = json.loads((run / _REQUEST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def load_references(folder: CharacterFolder, run: Path) -> tuple[Reference, ...]:
    """The pictures that the run was trained on, as far as they are still there; else those that are in the folder now.

    Raises:
        FolderError: fewer than `FEWEST` of them can be read.
    """
    found = tuple(_readable(_trained_on(folder, run))) or tuple(_readable(_in_folder(folder)))
    if len(found) < FEWEST:
        raise FolderError(
            f"The forest test needs at least {FEWEST} training pictures to compare with, and {len(found)} can be read. "
            f"Put them back into {folder.images}."
        )
    return found


def _trained_on(folder: CharacterFolder, run: Path) -> Iterable[tuple[Path, str]]:
    for example in _request(run).get("examples", ()):
        yield folder.path / example["image"], str(example["caption"])


def _in_folder(folder: CharacterFolder) -> Iterable[tuple[Path, str]]:
    for pair in folder.pairs():
        try:
            caption = pair.caption.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            caption = ""  # the picture still shows its wall
        yield pair.image, infotext.parse(caption).prompt


def _readable(pictures: Iterable[tuple[Path, str]]) -> Iterable[Reference]:
    for path, caption in pictures:
        try:
            rgb = features.load_rgb(path, _DECODE_EDGE)
        except OSError:
            continue  # moved or broken since; the others are enough
        yield Reference(path, framing_of(caption), pixels.described(rgb))


def comparable(references: Sequence[Reference], asked_for: Framing) -> tuple[Reference, ...]:
    """The pictures framed as the prompt asks for: of its zoom and angle, else of its zoom, else all of them."""
    of_zoom = [reference for reference in references if reference.framing.zoom == asked_for.zoom]
    of_cell = [reference for reference in of_zoom if reference.framing.angle == asked_for.angle]
    choices = (of_cell, of_zoom) if asked_for.angle else (of_zoom,)
    if asked_for.zoom:
        for choice in choices:
            if len(choice) >= FEWEST:
                return tuple(choice)
    return tuple(references)
