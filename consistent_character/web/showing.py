"""A forest test's pictures for the tab, its files to take away, and the runs of a character beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import read_result
from consistent_character.documents import compared, to_json
from consistent_character.house import House
from consistent_character.report.exporting import CSV, FILES, HTML, JSON, PNG, export_run
from consistent_character.report.history import judged_runs
from consistent_character.report.pictures import Address, Addresses
from consistent_character.web.address import PREFIX
from consistent_character.web.pictures import Thumbnails, small, version_of, whole
from consistent_character.web.places import NotHere, address_of, folder_at, run_of

_ADDRESS = "/characters/{name}"
_MEDIA = {HTML: "text/html", JSON: "application/json", CSV: "text/csv; charset=utf-8", PNG: "image/png"}
_SHOWN = ("images", "rejected", "runs")
"""Folders of a character that pictures are shown from."""


def add_showing(router: APIRouter, house: House) -> None:
    """Add the routes. `name` may be a key that the tab has handed out, too."""
    thumbnails = Thumbnails()

    @router.get(f"{_ADDRESS}/pictures/{{size}}/{{path:path}}", summary="Any picture", response_class=Response)
    def picture(name: str, size: Literal["small", "whole"], path: str, request: Request) -> Any:
        """Of the training set, the rejected or a run, by its path in the folder; `small` is at most 128 pixels wide."""
        found = _picture(folder_at(house, name), path)
        return small(found, thumbnails, request) if size == "small" else whole(found, request)

    @router.get(f"{_ADDRESS}/runs/{{run}}/files/{{file}}", summary="A forest test's file", response_class=Response)
    def file(name: str, run: str, file: str) -> Any:
        """`report.html`, `forest-test.json`, `.csv` or `.png`; made now where the test is newer than the file."""
        with CharacterFolder.open(folder_at(house, name)) as folder:
            path = _file(folder, run_of(folder, run), file)
        return FileResponse(path, media_type=_MEDIA[file], filename=f"{run}-{file}")

    @router.get(f"{_ADDRESS}/comparison", summary="The tested runs beside each other")
    def comparison(name: str) -> Any:
        """How each was trained, and what its forest test found; what the command `compare` prints with `--json`."""
        with CharacterFolder.open(folder_at(house, name)) as folder:
            return to_json(compared(judged_runs(folder)))


def addresses(house: House, folder: Path) -> Addresses:
    """Where a page of ours finds the pictures of a character; relative, since a proxy may have put it below a path."""
    start = f"{PREFIX.lstrip('/')}/characters/{quote(address_of(house, folder))}/pictures"

    def address(path: Path) -> Address:
        version = version_of(path)
        within = quote(path.relative_to(folder).as_posix())
        return Address(f"{start}/small/{within}?v={version}", f"{start}/whole/{within}?v={version}")

    return address


def files_of(house: House, folder: Path, run: str) -> tuple[tuple[str, str], ...]:
    """The name of each file that there is of a run's forest test, and its address."""
    start = f"{PREFIX.lstrip('/')}/characters/{quote(address_of(house, folder))}/runs/{quote(run)}/files"
    return tuple((name, f"{start}/{name}") for name in FILES)


def _picture(folder: Path, path: str) -> Path:
    found, root = (folder / path).resolve(), folder.resolve()
    if not any(found.is_relative_to(root / name) for name in _SHOWN) or not found.is_file():
        raise NotHere(f"There is no picture “{path}” here.")
    return found


def _file(folder: CharacterFolder, run: Path, name: str) -> Path:
    test = read_result(run)
    if test is None or name not in FILES:
        raise NotHere(f"The run {run.name} has no “{name}”: do the forest test, and take one of {', '.join(FILES)}.")
    path, judged = run / name, run / JSON
    if not path.is_file() or path.stat().st_mtime_ns < judged.stat().st_mtime_ns:
        export_run(folder, run, test)
    return path
