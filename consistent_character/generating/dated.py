"""Grids that belong to no character: a dated folder each, gone on with by the same settings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from consistent_character.character.files import explained, read_if_there, write_whole
from consistent_character.character.vocabulary import FILE_NAME
from consistent_character.errors import FolderError
from consistent_character.generating.drawing import Place
from consistent_character.generating.grid import Wanted, read

SETTINGS = "settings.json"
"""What a grid was drawn with, so that the same settings are known again."""

_NAME = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)-(?P<number>\d+)")


def plain_place(folder: Path) -> Place:
    """A grid whose pictures lie beside its plan."""
    return Place(folder, folder, folder / "rejected")


def dated_place(parent: Path, wanted: Wanted, settings: Mapping[str, Any], today: date) -> Place:
    """The newest grid in `parent` of the same settings that has pictures to come, else a new folder `<day>-<n>`.

    With a seed that is fixed there is one grid of the same settings, also when it is finished.

    Raises:
        FolderError: the disk is full or may not be written.
    """
    # As it will be read again: tuples are lists then.
    document = json.loads(json.dumps(settings))
    for folder in _newest_first(parent):
        if _settings_of(folder) == document and (wanted.seed != -1 or _unfinished(folder, wanted)):
            return plain_place(folder)
    folder = _new(parent, today)
    write_whole(folder / SETTINGS, f"{json.dumps(document, ensure_ascii=False, indent=1)}\n".encode())
    return plain_place(folder)


def _newest_first(parent: Path) -> Iterator[Path]:
    named = ((found, path) for path in parent.glob("*-*-*-*") if (found := _NAME.fullmatch(path.name)))
    yield from (
        path for _, path in sorted(named, key=lambda entry: (entry[0]["day"], int(entry[0]["number"])), reverse=True)
    )


def _settings_of(folder: Path) -> Any:
    try:
        return json.loads(read_if_there(folder / SETTINGS) or b"null")
    except ValueError:
        return None


def _unfinished(folder: Path, wanted: Wanted) -> bool:
    try:
        planned = read(folder / FILE_NAME).asked_for(wanted) if (folder / FILE_NAME).exists() else ()
    except FolderError:
        return False
    wanted_in_all = wanted.per_cell * len(wanted.cells)
    return len(planned) < wanted_in_all or bool(plain_place(folder).missing(planned))


def _new(parent: Path, today: date) -> Path:
    number = 1
    with explained(parent):
        while True:
            folder = parent / f"{today:%Y-%m-%d}-{number}"
            try:
                folder.mkdir(parents=True)
            except FileExistsError:
                number += 1
            else:
                return folder
