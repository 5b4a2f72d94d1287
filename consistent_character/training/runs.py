"""A training run on disk: what was asked for, and what it has saved so far."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consistent_character.character.files import explained, write_whole
from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import CheckpointInfo, Iteration, PreviewRequest, TrainingExample, TrainRequest
from consistent_character.errors import FolderError
from consistent_character.learning_rate import last_step
from consistent_character.training.settings import ForestWatching, TrainingSettings

REQUEST_FILE = "request.json"
_VERSION = 1
_ITERATION = re.compile(r"(?P<name>.+)-(?P<step>[0-9]+)")


@dataclass(frozen=True)
class TrainingRun:
    """A run as it lies on disk, and the name and content hash of the checkpoint that it trains against.

    `forest_watch` is what its settings said, and `watch_seeds` with how many pictures for each iteration.
    """

    path: Path
    request: TrainRequest
    checkpoint: str
    checkpoint_sha256: str
    forest_watch: ForestWatching = "off"
    watch_seeds: int = TrainingSettings.watch_seeds

    @property
    def iterations(self) -> tuple[Iteration, ...]:
        """The iterations saved so far, first to last."""
        return tuple(sorted(_iterations(self.path / "embeddings", self.request.name), key=lambda found: found.step))

    @property
    def finished(self) -> bool:
        """Whether it got to its last step."""
        end = last_step(self.request.learn_rate, self.request.steps)
        return any(iteration.step >= end for iteration in self.iterations)


def _iterations(folder: Path, name: str) -> Iterable[Iteration]:
    for path in folder.glob("*.pt"):
        found = _ITERATION.fullmatch(path.stem)
        if found and found["name"] == name:
            yield Iteration(int(found["step"]), path)


def start_run(
    folder: CharacterFolder,
    request: TrainRequest,
    checkpoint: CheckpointInfo,
    forest_watch: ForestWatching = "off",
    watch_seeds: int = TrainingSettings.watch_seeds,
) -> TrainingRun:
    """Write down what a run is asked for, in its folder `request.folder`.

    Raises:
        FolderError: the disk is full or may not be written.
    """
    document = {
        "version": _VERSION,
        "checkpoint": {"name": checkpoint.name, "sha256": checkpoint.sha256},
        "forest_watch": forest_watch,
        "watch_seeds": watch_seeds,
        **_to_document(request, folder.path),
    }
    with explained(request.folder):
        request.folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, ensure_ascii=False, indent=1)
    write_whole(request.folder / REQUEST_FILE, f"{text}\n".encode())
    return TrainingRun(request.folder, request, checkpoint.name, checkpoint.sha256, forest_watch, watch_seeds)


def open_run(folder: CharacterFolder, path: Path) -> TrainingRun:
    """The run whose folder is `path`.

    Raises:
        FolderError: there is none, or what was asked for cannot be read.
    """
    try:
        document = json.loads((path / REQUEST_FILE).read_text(encoding="utf-8"))
        checkpoint, watching = document.pop("checkpoint"), document.pop("forest_watch", "off")
        seeds = int(document.pop("watch_seeds", TrainingSettings.watch_seeds))
        request = _from_document(document, folder.path, path)
        return TrainingRun(path, request, str(checkpoint["name"]), str(checkpoint["sha256"]), watching, seeds)
    except FileNotFoundError:
        raise FolderError(
            f"{path} is no training run: it has no {REQUEST_FILE}. Train first, or name another run."
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise FolderError(
            f"{path / REQUEST_FILE} cannot be read, so this run cannot be gone on with. Train anew."
        ) from error


def _to_document(request: TrainRequest, base: Path) -> dict[str, Any]:
    """All fields but the run's folder; images relative to the character folder, so that it can be moved."""
    document = dataclasses.asdict(request)
    del document["folder"]
    document["examples"] = [
        {"image": example.image.relative_to(base).as_posix(), "caption": example.caption}
        for example in request.examples
    ]
    return document


def _from_document(document: Mapping[str, Any], base: Path, path: Path) -> TrainRequest:
    values = {key: value for key, value in document.items() if key != "version"}
    values["examples"] = tuple(TrainingExample(base / row["image"], row["caption"]) for row in values["examples"])
    values["template"] = tuple(values["template"])
    values["preview"] = None if values["preview"] is None else PreviewRequest(**values["preview"])
    return TrainRequest(folder=path, **values)
