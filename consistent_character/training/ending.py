"""How a run ended otherwise than at its last step, written down beside it: tomorrow it is told as well as today."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from consistent_character.character.files import explained, write_whole
from consistent_character.errors import FolderError, UserError

ENDING_FILE = "ending.json"
How = Literal["overtrained", "failed"]


@dataclass(frozen=True)
class Ending:
    """`overtrained`: the forest watch ended it. `failed`: it did not train; `words` say why, and what to do."""

    how: How
    words: str


@contextmanager
def failure_written(run: Path) -> Iterator[None]:
    """Within it, what a run fails with is written down too; what is left of an earlier failure is taken away first.

    Raises:
        FolderError: the folder may not be written.
    """
    with explained(run):
        (run / ENDING_FILE).unlink(missing_ok=True)
    try:
        yield
    except UserError as error:
        with suppress(FolderError):  # a full disk must not hide what went wrong
            write_ending(run, Ending("failed", str(error)))
        raise


def write_ending(run: Path, ending: Ending) -> None:
    """Write it into the run's folder.

    Raises:
        FolderError: the disk is full or may not be written.
    """
    text = json.dumps({"how": ending.how, "words": ending.words}, ensure_ascii=False)
    write_whole(run / ENDING_FILE, f"{text}\n".encode())


def read_ending(run: Path) -> Ending | None:
    """What is written down; None of a run that came to its end, was interrupted or is at work."""
    try:
        held = json.loads((run / ENDING_FILE).read_text(encoding="utf-8"))
        return Ending("overtrained" if held["how"] == "overtrained" else "failed", str(held["words"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
