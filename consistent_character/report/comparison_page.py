"""`compare`: the tested runs of a character as a page or a picture of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from consistent_character.character.files import write_whole
from consistent_character.errors import RequestError
from consistent_character.report.comparison import comparison, comparison_picture, told
from consistent_character.report.history import JudgedRun
from consistent_character.report.markup import element
from consistent_character.report.page import document


def comparison_page(token: str, runs: Sequence[JudgedRun]) -> str:
    """A page that needs no other file."""
    header = element(
        "header",
        element("p", "Consistent character · runs compared", class_="kicker"),
        element("h1", token),
        element("p", told(runs), class_="look"),
    )
    return document(f"{token} · runs compared", [header, comparison(runs)])


def write_comparison(path: Path, token: str, runs: Sequence[JudgedRun]) -> Path:
    """Write a page or a picture, as the ending of the file's name says.

    Raises:
        RequestError: it is neither .html nor .png.
        FolderError: the disk is full or may not be written.
    """
    ending = path.suffix.lower()
    if ending not in (".html", ".png"):
        raise RequestError(f"{path.name} is neither a page nor a picture: let the name end in .html or .png.")
    content = comparison_picture(runs) if ending == ".png" else comparison_page(token, runs).encode()
    write_whole(path, content)
    return path
