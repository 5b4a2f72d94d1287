"""The caption editor's page: plain files that need nothing from elsewhere, served beside the routes that they ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response

from consistent_character.house import House
from consistent_character.web.places import NotHere, folder_at

PAGE = "/characters/{name}/editor"
_FILES = Path(__file__).with_name("editor_page")
_MEDIA = {".js": "text/javascript", ".css": "text/css"}
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def add_editor(router: APIRouter, house: House) -> None:
    """Add the page and its files."""

    @router.get(PAGE, include_in_schema=False)
    def page(name: str) -> Any:
        folder_at(house, name)
        return Response(_file("editor.html"), media_type="text/html; charset=utf-8", headers=_HEADERS)

    @router.get("/editor/{file}", include_in_schema=False)
    def part(file: str) -> Any:
        ending = Path(file).suffix
        if file not in {path.name for path in _FILES.iterdir()} or ending not in _MEDIA:
            raise NotHere(f"There is no “{file}” here.")
        return Response(_file(file), media_type=f"{_MEDIA[ending]}; charset=utf-8", headers=_HEADERS)


def _file(name: str) -> bytes:
    return (_FILES / name).read_bytes()
