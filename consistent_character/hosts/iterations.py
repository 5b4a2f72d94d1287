"""A training run on disk: its saved iterations, the optimizer's state beside each, and the log of its losses."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from consistent_character.engine import Iteration, TrainRequest
from consistent_character.errors import FolderError, RequestError
from consistent_character.hosts.embedding_files import (
    Embedding,
    checksum,
    read_embedding,
    write_embedding,
    write_torch_file,
)

_COLUMNS = ("step", "epoch", "epoch_step", "loss", "learn_rate")


@dataclass(frozen=True)
class Start:
    """Where a run goes on: the embedding that was saved last and its optimizer's state, None if that is lost."""

    embedding: Embedding
    step: int
    optimizer: Mapping[str, Any] | None

    def vectors(self, request: TrainRequest) -> torch.Tensor:
        """The vectors `(num_vectors, width)` to go on with, a copy.

        Raises:
            RequestError: the request asks for another number of them.
        """
        found = self.embedding.vectors
        if len(found) != request.num_vectors:
            raise RequestError(
                f"The run in {request.folder} has {len(found)} vectors, but {request.num_vectors} are asked for: "
                f"go on with {len(found)}, or start in another folder."
            )
        return found.clone()


class IterationStore:
    """The `embeddings/` of one run: `<name>-N.pt` with N the number of updates, and `<name>-N.pt.optim`.

    Both are as the web UI writes them. Neither is ever seen half-written, and a .pt is there only after its optimizer's
    state is. `load` is torch's own, where a host has put another in its place.
    """

    def __init__(self, folder: Path, name: str, load: Callable[..., Any] = torch.load) -> None:
        self._folder, self._name = folder, name
        self._load = load
        self._pattern = re.compile(rf"{re.escape(name)}-(\d+)\.pt")

    def all(self) -> tuple[Iteration, ...]:
        """All iterations on disk, first to last."""
        found = (self._pattern.fullmatch(path.name) for path in self._folder.glob("*.pt"))
        steps = sorted(int(match[1]) for match in found if match)
        return tuple(Iteration(step, self._path(step)) for step in steps)

    def save(self, embedding: Embedding, step: int, optimizer: Mapping[str, Any]) -> Iteration:
        """Write one iteration.

        Raises:
            FolderError: it cannot be written, as when no space is left.
        """
        path = self._path(step)
        state = {"hash": checksum(embedding.vectors), "optimizer_state_dict": optimizer}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_torch_file(_state_path(path), state)
            write_embedding(path, embedding)
        except OSError as error:
            raise cannot_write(path, error) from error
        return Iteration(step, path)

    def last(self, width: int) -> Start | None:
        """Where to go on, if anything was saved.

        Raises:
            RequestError: the last iteration cannot be read.
        """
        iterations = self.all()
        if not iterations:
            return None
        last = iterations[-1]
        embedding = self.read(last, width)
        return Start(embedding, last.step, _optimizer_state(last.path, embedding, self._load))

    def read(self, iteration: Iteration, width: int) -> Embedding:
        """An iteration as it lies on disk.

        Raises:
            RequestError: it cannot be read.
        """
        return read_embedding(iteration.path, width, self._load)

    def _path(self, step: int) -> Path:
        return self._folder / f"{self._name}-{step}.pt"


def due(step: int, every: int) -> bool:
    """Whether something that happens `every` so many updates, 0 is never, happens at this one."""
    return every > 0 and step % every == 0


def cannot_write(path: Path, error: OSError) -> FolderError:
    """What to say when a file of the run cannot be written."""
    return FolderError(
        f"{path} cannot be written ({error.strerror or error}). Make space or choose another folder; "
        "the run goes on from its last saved iteration."
    )


def _state_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.optim")


def _optimizer_state(path: Path, embedding: Embedding, load: Callable[..., Any]) -> Mapping[str, Any] | None:
    """The optimizer's state that belongs to these vectors; None if there is none."""
    state_path = _state_path(path)
    if not state_path.is_file():
        return None
    try:
        content = load(state_path, map_location="cpu", weights_only=True)
    except (RuntimeError, OSError, EOFError, ValueError) as error:
        raise RequestError(
            f"{state_path} is damaged: remove it together with {path.name} to go on from before."
        ) from error
    state: Mapping[str, Any] = content["optimizer_state_dict"]
    return state if content.get("hash") == checksum(embedding.vectors) else None


class LossLog:
    """`loss.csv`: one line for every update, in the web UI's columns.

    Opening it drops the lines after `kept` updates, which a run that was cut off left.
    """

    def __init__(self, path: Path, kept: int) -> None:
        self._path = path
        lines = [_line(dict(zip(_COLUMNS, _COLUMNS, strict=True)))]
        if path.is_file() and kept:
            with path.open(newline="", encoding="utf-8") as file:
                lines += [_line(row) for row in csv.DictReader(file) if _is_kept(row, kept)]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f"{path.name}.tmp")
            temporary.write_bytes("".join(lines).encode())
            temporary.replace(path)
        except OSError as error:
            raise cannot_write(path, error) from error

    def add(self, step: int, steps_per_epoch: int, loss: float, learn_rate: float) -> None:
        """Log update number `step`, counted from 1."""
        epoch, epoch_step = divmod(step - 1, steps_per_epoch)
        values = (step, epoch, epoch_step, f"{loss:.7f}", learn_rate)
        try:
            with self._path.open("ab") as file:
                file.write(_line(dict(zip(_COLUMNS, map(str, values), strict=True))).encode())
        except OSError as error:
            raise cannot_write(self._path, error) from error


def _line(row: Mapping[str, str]) -> str:
    text = io.StringIO()
    csv.DictWriter(text, _COLUMNS, extrasaction="ignore").writerow(row)
    return text.getvalue()


def _is_kept(row: Mapping[str, str | None], kept: int) -> bool:
    """Whether a line is whole and of an update that counts."""
    step = row.get("step") or ""
    return step.isdigit() and int(step) <= kept and all(row.get(column) for column in _COLUMNS)
