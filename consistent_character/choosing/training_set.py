"""What a run left behind: its iterations, and the pictures it was trained on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consistent_character.character.folder import CharacterFolder
from consistent_character.character.vocabulary import vocabulary_of
from consistent_character.choosing.same_step import one_for_each_step
from consistent_character.engine import Iteration, Vocabulary
from consistent_character.errors import FolderError, RequestError
from consistent_character.prompts import cells, emphasis, infotext
from consistent_character.vision import features
from consistent_character.vision.signals import pixels

_REQUEST_FILE = "request.json"
_ITERATION = re.compile(r"(?P<name>.+)-(?P<step>[0-9]+)")
_DECODE_EDGE = 2 * pixels.EDGE
FEWEST = 4
"""Training pictures needed, and pictures of one framing needed for it to be judged by itself."""
_HARDLY_TWO = 0.75


@dataclass(frozen=True)
class Framing:
    """How a text says that the person is seen; empty where it does not say."""

    zoom: str = ""
    angle: str = ""


@dataclass(frozen=True)
class Iterations:
    """A run's iterations, first to last; `notes` tell which files are not among them, and why."""

    found: tuple[Iteration, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reference:
    """A training picture, described as `pixels.described` does, and its caption."""

    path: Path
    framing: Framing
    pixels: pixels.Floats
    caption: str = ""


@dataclass(frozen=True)
class Framed:
    """The training pictures that a prompt's pictures are compared with; `note` says so where they are others too."""

    references: tuple[Reference, ...]
    note: str = ""


def framing_of(text: str, phrases: cells.Vocabulary = cells.TUTORIAL) -> Framing:
    """The zoom and the viewing angle that a prompt or caption names, each by itself, in the words of the lists."""
    words = emphasis.plain(re.sub(cells.EXTRA_NETWORK, " ", text))
    return Framing(cells.first_of(phrases.zooms, words) or "", cells.first_of(phrases.angles, words) or "")


def find_iterations(folder: CharacterFolder, run: Path, vocabulary: Vocabulary | None = None) -> tuple[Iteration, ...]:
    """The iterations that a run has saved, first to last; see `iterations_of`.

    Raises:
        FolderError: there are none.
    """
    return iterations_of(folder, run, vocabulary).found


def iterations_of(folder: CharacterFolder, run: Path, vocabulary: Vocabulary | None = None) -> Iterations:
    """The iterations that a run has saved, and what is to be told about the other files.

    With the host's `vocabulary` their steps are read from inside the files, without it from the names. Of two that hold
    the same step the first by name counts that can be read; the other is told.

    Raises:
        FolderError: there are none.
    """
    name = str(_request(run).get("name", folder.character.token))
    by_name = sorted(_iterations(run / "embeddings", name), key=lambda iteration: iteration.step)
    if not by_name:
        raise FolderError(f"{run} has no iterations in its folder embeddings: train first, or name another run.")
    steps = [_true_step(one, vocabulary) if vocabulary else one.step for one in by_name]
    # One that cannot be read goes by its name, and may not push aside one that says the step itself.
    readable_first = sorted(zip(steps, by_name, strict=True), key=lambda pair: pair[0] is None)
    told = (one if step is None else Iteration(step, one.path) for step, one in readable_first)
    return Iterations(*one_for_each_step(told))


def _true_step(iteration: Iteration, vocabulary: Vocabulary) -> int | None:
    """What the file says, else its name; None where it cannot be read."""
    try:
        step = vocabulary.read(iteration.path).step
    except RequestError:
        return None  # what is wrong with it is told when it is drawn
    return iteration.step if step is None else step


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


def begun_as(run: Path) -> str:
    """What a run's vectors began as, by what it was asked for; empty where nothing says it."""
    return str(_request(run).get("initialization_text") or "")


def load_references(folder: CharacterFolder, run: Path) -> tuple[Reference, ...]:
    """The pictures that the run was trained on, as far as they are still there; else those that are in the folder now.

    Raises:
        FolderError: fewer than `FEWEST` of them can be read.
    """
    phrases = vocabulary_of(folder.path)
    found = read_references(_trained_on(folder, run), phrases) or read_references(_in_folder(folder), phrases)
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


def read_references(
    pictures: Iterable[tuple[Path, str]], phrases: cells.Vocabulary = cells.TUTORIAL
) -> tuple[Reference, ...]:
    """The pictures, each with its caption, that can be read; their captions are read by the lists."""
    return tuple(_readable(pictures, phrases))


def _readable(pictures: Iterable[tuple[Path, str]], phrases: cells.Vocabulary) -> Iterable[Reference]:
    for path, caption in pictures:
        try:
            rgb = features.load_rgb(path, _DECODE_EDGE)
        except OSError:
            continue  # moved or broken since; the others are enough
        yield Reference(path, framing_of(caption, phrases), pixels.described(rgb), caption)


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


def each_view_once(references: Sequence[Reference]) -> bool:
    """Whether by their captions hardly two pictures are of one view: of the same zoom and angle."""
    views = [one.framing for one in references if one.framing.zoom and one.framing.angle]
    return len(views) == len(references) and len(set(views)) >= _HARDLY_TWO * len(views)


def evenly(references: Sequence[Reference], most: int) -> Sequence[Reference]:
    """At most so many of them, evenly spaced: more make no reading better, only slower."""
    return references[:: max(1, -(-len(references) // most))]


def framed(references: Sequence[Reference], prompt: str) -> Framed:
    """Likewise by the prompt's own words, read by the lists that the references were read by and the tutorial's.

    What it does not find is told: comparing with pictures of all framings says less about the one asked for.
    """
    zooms, angles = ({getattr(one.framing, name) for one in references} - {""} for name in ("zoom", "angle"))
    phrases = cells.Vocabulary(tuple(sorted(zooms)), tuple(sorted(angles))).joined(cells.TUTORIAL)
    asked_for = framing_of(prompt, phrases)
    found = comparable(references, asked_for)
    zoom = {one.framing.zoom for one in found}
    if asked_for.zoom and zoom == {asked_for.zoom}:
        return Framed(found)
    if not zooms:
        return Framed(found, f"No caption says how near the camera is, so {_all(found)}. {_SURER}")
    if not asked_for.zoom:
        words = f"The prompt does not say how near the camera is, so {_all(found)}. Begin it with “{min(zooms)}” or"
        return Framed(found, f"{words} another of the captions' words, and they are compared with their like.")
    count = sum(one.framing.zoom == asked_for.zoom for one in references)
    few = f"{count} of the training pictures are “{asked_for.zoom}”, and {FEWEST} are needed"
    return Framed(found, f"Only {few}, so {_all(found)}. {_SURER}")


_SURER = "It is surer where the prompt asks for a framing that the captions of several training pictures name."


def _all(found: Sequence[Reference]) -> str:
    return f"its pictures are compared with all {len(found)} training pictures, near and far"
