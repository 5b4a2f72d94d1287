"""What a demo remembers between runs: which plan it follows, and the seconds spent on each step so far."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from consistent_character.character.files import write_whole
from consistent_character.demo.plan import DemoPlan
from consistent_character.engine import CheckpointInfo
from consistent_character.errors import FolderError, RequestError

FILE_NAME = "demo.json"


class Ledger:
    """The file `demo.json` of a demo's folder.

    Raises:
        RequestError: the folder holds a demo with another plan or of another checkpoint, or something else.
        FolderError: the file cannot be read or written.
    """

    def __init__(self, folder: Path, plan: DemoPlan, checkpoint: CheckpointInfo) -> None:
        self._path = folder / FILE_NAME
        asked = {"plan": json.loads(json.dumps(asdict(plan))), "checkpoint": checkpoint.sha256}
        stored = self._stored()
        if stored is None and folder.is_dir() and any(folder.iterdir()):
            raise RequestError(f"{folder} is not empty and holds no demo: name a new folder with --out.")
        if stored is not None and any(stored.get(name) != value for name, value in asked.items()):
            raise RequestError(
                f"{folder} holds a demo made otherwise: name a new folder with --out, or remove this one."
            )
        self._kept: dict[str, Any] = stored or {**asked, "seconds": {}}
        folder.mkdir(parents=True, exist_ok=True)
        self._write()

    @property
    def seconds(self) -> tuple[tuple[str, float], ...]:
        """Each step and its seconds, over all runs of this demo, in the order they were first done."""
        return tuple(self._kept["seconds"].items())

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add the time spent to a step, also when it is interrupted."""
        begun = time.monotonic()
        try:
            yield
        finally:
            spent = time.monotonic() - begun
            self._kept["seconds"][step] = round(self._kept["seconds"].get(step, 0.0) + spent, 3)
            self._write()

    def _stored(self) -> dict[str, Any] | None:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise FolderError(
                f"{self._path} cannot be read: remove it together with its folder, and start again."
            ) from error
        return found if isinstance(found, dict) else {}

    def _write(self) -> None:
        write_whole(self._path, (json.dumps(self._kept, indent=1) + "\n").encode())
