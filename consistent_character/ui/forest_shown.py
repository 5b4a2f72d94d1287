"""What a forest test found, as a part of the tab: the whole showing, its files, and the runs beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestTest, read_result
from consistent_character.errors import FolderError
from consistent_character.house import House
from consistent_character.report.comparison import comparison
from consistent_character.report.exporting import CSV, HTML, JSON, PNG
from consistent_character.report.history import judged_runs
from consistent_character.report.markup import Html, element
from consistent_character.report.showing import details, headline
from consistent_character.ui.pieces import note
from consistent_character.web.showing import addresses, files_of

EMPTY = note(
    "Choose a run and press Find the iteration: iterations draw the same scene with the same seeds, "
    "and one of them is named."
)
_NAMES = {HTML: "Page", JSON: "JSON", CSV: "CSV", PNG: "Picture"}


@dataclass(frozen=True)
class Shown:
    """A forest test in the tab: `headline` goes beside the form, `details` below it."""

    headline: Html
    details: Html | str = ""
    test: ForestTest | None = None


def shown(house: House, folder: CharacterFolder, run: Path | None) -> Shown:
    """A run's forest test; a sentence where there is none or it cannot be read."""
    try:
        test = read_result(run) if run is not None else None
    except FolderError as error:
        return Shown(note(str(error), "warning"))
    if test is None or run is None:
        return Shown(EMPTY)
    files = _files(house, folder.path, run.name)
    return Shown(headline(test, files), details(test, folder.path, addresses(house, folder.path)), test)


def kind_of(test: ForestTest) -> Literal["good", "warning"]:
    """The colour of the answer: good is one that names an iteration."""
    return "warning" if test.recommended is None else "good"


def compared(folder: CharacterFolder) -> Html:
    """All tested runs of the character."""
    runs = judged_runs(folder)
    if len(runs) < 2:
        return note("As soon as two runs have been tested, they are shown here beside each other.")
    return comparison(runs)


def _files(house: House, folder: Path, run: str) -> Html:
    """Made when they are asked for; the page holds its pictures and can be sent away."""
    links = (
        element("a", _NAMES[name], href=address, download=f"{run}-{name}", class_="cc-download", title=name)
        for name, address in files_of(house, folder, run)
    )
    return element("p", element("span", "Take it away"), *links, class_="cc-downloads")
