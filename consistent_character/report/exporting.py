"""A forest test's files beside its `forest-test.json`: a page, a table, a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from consistent_character.character.files import write_whole
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestTest
from consistent_character.choosing.result import FILE_NAME
from consistent_character.report.forest_page import forest_page
from consistent_character.report.history import settings_of
from consistent_character.report.poster import poster
from consistent_character.report.tidy import tidy

HTML, CSV, PNG, JSON = "report.html", "forest-test.csv", "forest-test.png", FILE_NAME
FILES = (HTML, JSON, CSV, PNG)
"""What there is of a test to take away, the most telling first."""


@dataclass(frozen=True)
class Exported:
    """Where a test's files are."""

    html: Path
    json: Path
    csv: Path
    png: Path


def export(
    test: ForestTest, run: Path, base: Path | None = None, *, settings: tuple[tuple[str, str], ...] = ()
) -> Exported:
    """Write `report.html`, `forest-test.csv` and `forest-test.png` into the run's folder, each whole or not at all.

    `base` is the folder that the test's paths start from; the character folder around `runs/` where it is not given.
    `settings` are the training's, to be told with it. `forest-test.json` is written by the test itself.

    Raises:
        FolderError: the disk is full or may not be written.
    """
    start = run.parent.parent if base is None else base
    files = Exported(run / HTML, run / JSON, run / CSV, run / PNG)
    write_whole(files.csv, tidy(test).encode())
    write_whole(files.png, poster(test, start, run=run.name))
    write_whole(files.html, forest_page(test, start, run=run.name, settings=settings).encode())
    return files


def export_run(folder: CharacterFolder, run: Path, test: ForestTest) -> Exported:
    """`export` for a run of a character folder, its settings told with it.

    Raises:
        FolderError: the disk is full or may not be written.
    """
    return export(test, run, folder.path, settings=settings_of(folder, run))
