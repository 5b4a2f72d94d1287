"""The sheet of a trying out: a row for each prompt, and in it for each checkpoint the pictures and the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from consistent_character.character.files import write_whole
from consistent_character.choosing.battery import Battery, Cell, Tried
from consistent_character.choosing.battery.groups import groups_of
from consistent_character.report.markup import Html, element
from consistent_character.report.page import document, settings_list
from consistent_character.report.pictures import Addresses, inlined, roomy_edge, shown
from consistent_character.report.sheet import viewer
from consistent_character.report.showing import starter
from consistent_character.report.verdicts import badge

HTML = "battery.html"


def write_battery_page(battery: Battery, run: Path, base: Path) -> Path:
    """Write `battery.html` into the run, whole; `base` is the folder that the pictures' paths start from.

    Raises:
        FolderError: the disk is full or may not be written.
    """
    write_whole(run / HTML, battery_page(battery, base, run=run.name).encode())
    return run / HTML


def battery_page(battery: Battery, base: Path, *, run: str) -> str:
    """The page, with its pictures in it."""
    count = sum(len(cell.pictures) + len(cell.baseline) for tried in battery.tried for cell in tried.cells)
    head = element(
        "header",
        element("p", "Consistent character · tried out", class_="kicker"),
        element("h1", f"{battery.token}, step {battery.step}"),
        element("p", f"Run {run}", class_="look"),
    )
    settings = settings_list(
        [
            ("class word", battery.class_word),
            ("seeds", ", ".join(map(str, battery.seeds))),
            ("checkpoints", ", ".join(tried.checkpoint for tried in battery.tried)),
            ("likeness read from", battery.by),
        ]
    )
    return document(
        f"{battery.token} tried out · {run}", [head, settings, battery_sheet(battery, base, inlined(roomy_edge(count)))]
    )


def battery_sheet(battery: Battery, base: Path, addresses: Addresses) -> Html:
    """What each group came to, in a sentence, and every picture, to be enlarged."""
    drawn = [tried for tried in battery.tried if not tried.problem]
    parts = [element("div", *map(_in_words, battery.tried))]
    if drawn:
        heads = [head for tried in drawn for head in _heads(tried, battery)]
        head = element("tr", element("th", "asked for", scope="col"), *heads)
        rows = list(_rows(drawn, base, addresses))
        table = element("table", element("thead", head), element("tbody", *rows), class_="cc-pictures")
        parts.append(element("div", table, class_="cc-scroll"))
    return element("div", *parts, viewer(), starter(), class_="cc-showing")


def _in_words(tried: Tried) -> Html:
    if tried.problem:
        return element(
            "p",
            element("b", tried.checkpoint),
            " ",
            badge("unsure"),
            element("span", f" {tried.problem}"),
            class_="cc-why",
        )
    lines = [element("li", f"{one.words} ", element("span", one.counts, class_="cc-onset")) for one in tried.summaries]
    return element("div", element("h3", tried.checkpoint), element("ul", *lines))


def _heads(tried: Tried, battery: Battery) -> Iterator[Html]:
    for seed in battery.seeds:
        more = f", seed {seed}" if len(battery.seeds) > 1 else ""
        yield element("th", f"{battery.class_word}{more}", scope="col")
        yield element("th", f"character{more}", scope="col")
    yield element("th", tried.checkpoint, scope="col")


def _rows(drawn: list[Tried], base: Path, addresses: Addresses) -> Iterator[Html]:
    """One for each prompt, below the name of its group."""
    titles = {group.name: group.title for group in groups_of()}
    group = ""
    for cells in zip(*(tried.cells for tried in drawn), strict=True):
        first = cells[0]
        if first.group != group:
            group = first.group
            title = element("b", titles[group].capitalize(), class_="cc-step")
            yield element("tr", element("th", title, scope="rowgroup", colspan="99"), class_="cc-anchor")
        content = [
            part for tried, cell in zip(drawn, cells, strict=True) for part in _cell(tried, cell, base, addresses)
        ]
        yield element("tr", element("th", element("p", first.what), scope="row", title=first.prompt), *content)


def _cell(tried: Tried, cell: Cell, base: Path, addresses: Addresses) -> Iterator[Html]:
    where = f"“{cell.what}” on {tried.checkpoint}"
    for plain, picture in zip(cell.baseline, cell.pictures, strict=True):
        yield element("td", _picture(base / plain, f"{where}: the class word", addresses))
        yield element("td", _picture(base / picture, f"{where}: {cell.verdict}. {cell.reason}", addresses))
    by = f"Likeness is read from {cell.by}." if cell.by else None
    told = element("p", cell.reason, title=by)
    yield element("td", element("p", badge(cell.verdict)), told, class_="cc-reason cc-tried")


def _picture(path: Path, words: str, addresses: Addresses) -> Html:
    image, whole = shown(path, words, addresses)
    return element(
        "button",
        image,
        type="button",
        class_="cc-picture",
        title=words,
        aria_label=f"Enlarge {words}",
        data_whole=whole or None,
        data_words=words,
    )
