"""From the names in a request to folders on disk, never outside the folder of the characters."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from consistent_character.character.folder import CHARACTER_FILE, CharacterFolder
from consistent_character.errors import UserError
from consistent_character.house import House
from consistent_character.jobs import Job

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._ -]{0,127}")
KEY_SIGN = "~"
"""What no name of a character begins with, and every key does."""
_INSIDE = ("images", "rejected", "runs")


class NotHere(UserError):
    """There is nothing of that name."""


def place_of(house: House, name: str) -> Path:
    """Where a character of this name is, or would be: directly in the root, also when links are followed.

    Raises:
        NotHere: that cannot be the name of a character, or it leads elsewhere.
    """
    root = house.root.resolve()
    path = root / name
    if not _NAME.fullmatch(name) or path.resolve().parent != root:
        raise NotHere(f"“{name}” is no character here: GET /characters lists those that there are.")
    return path


def open_character(house: House, name: str) -> CharacterFolder:
    """The character of this name; close it.

    Raises:
        NotHere: there is none, or its folders lead out of the root.
        FolderError: it cannot be read.
    """
    place_of(house, name)
    return CharacterFolder.open(folder_at(house, name))


def address_of(house: House, folder: Path) -> str:
    """What the routes may call a folder that a person opened: its name in the root, else a key to it alone."""
    with suppress(NotHere):  # it lies elsewhere
        if folder_at(house, folder.name).resolve() == folder.resolve():
            return folder.name
    return f"{KEY_SIGN}{house.keys.hand_out(folder)}"


def folder_at(house: House, address: str) -> Path:
    """The character folder of a name in the root, or of a key that the tab has handed out.

    Raises:
        NotHere: there is none.
    """
    if address.startswith(KEY_SIGN):
        opened = house.keys.folder(address.removeprefix(KEY_SIGN))
        if opened is None or not (opened / CHARACTER_FILE).is_file():
            raise NotHere("This page is from before a restart: open the character again in the tab.")
        return opened
    path = place_of(house, address)
    within = all((path / inner).resolve().parent == path for inner in _INSIDE)
    if not (path / CHARACTER_FILE).is_file() or not within:
        raise NotHere(f"“{address}” is no character here: GET /characters lists those that there are.")
    return path


def run_of(folder: CharacterFolder, name: str | None) -> Path:
    """A training run by its name; the newest if none is named.

    Raises:
        NotHere: there is none.
    """
    runs = {run.name: run for run in folder.runs() if run.resolve().parent == run.parent.resolve()}
    if not runs:
        raise NotHere("This character has no training run yet: POST …/train makes one.")
    if name is not None and name not in runs:
        raise NotHere(f"There is no run “{name}”: take one of {', '.join(runs)}.")
    return runs[name] if name is not None else list(runs.values())[-1]


def job_of(house: House, name: str) -> Job:
    """A job by its id.

    Raises:
        NotHere: there is none.
    """
    if job := house.jobs.find(name):
        return job
    raise NotHere(f"There is no job “{name}”: GET /jobs lists those at work and the last ones.")
