"""The small pieces of HTML that the panels are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PIL.Image import Image

from consistent_character.jobs import Standing
from consistent_character.report.markup import Html, element
from consistent_character.report.pictures import address_of
from consistent_character.report.words import duration

_EDGE = 112
"""Pixels of the live preview."""


def lead(does: str, changes: str) -> Html:
    """A panel's first lines: what it does, and what it will change on disk."""
    return element("p", does, " ", element("span", f"On disk: {changes}", class_="cc-disk"), class_="cc-lead")


def note(words: str, kind: str = "") -> Html:
    """A quiet sentence; `kind` good, warning or bad gives it a colour."""
    return element("p", words, class_=f"cc-note cc-{kind}" if kind else "cc-note")


def facts(pairs: Iterable[tuple[str, str]]) -> Html:
    """Figures with the words under them."""
    return element(
        "ul", *(element("li", element("b", value), element("span", words)) for value, words in pairs), class_="cc-facts"
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    """A table; cells may be `Html`."""
    head = element("tr", *(element("th", name, scope="col") for name in heads))
    body = (element("tr", *(element("td", cell) for cell in row)) for row in rows)
    drawn = element("table", element("thead", head), element("tbody", *body), class_="cc-table")
    return element("div", drawn, class_="cc-scroll")


def strip(standing: Standing, preview: Image | None = None) -> Html:
    """The progress bar: what is going on, how far it is, how long it will still take, what is being drawn."""
    share = f"{standing.share:.1%}"
    left = standing.seconds_left
    if standing.stopping:
        right = "stopping after this one…"
    elif left is None:
        right = standing.note or "starting…"
    else:
        right = f"{duration(max(1, left))} left"
    counts = f"{standing.done:,} of {standing.total:,}" if standing.total else ""
    words = element(
        "div",
        element("b", standing.job or standing.title),
        element("span", counts, class_="cc-count"),
        element("span", standing.note if left is not None else "", class_="cc-grow"),
        element("span", right, class_="cc-left"),
        class_="cc-strip-words",
    )
    bar = element("div", element("i", style=f"width:{share}"), class_="cc-track")
    described = {
        "role": "progressbar",
        "aria_valuenow": f"{standing.share * 100:.0f}",
        "aria_valuemin": "0",
        "aria_valuemax": "100",
    }
    told = element("div", words, bar, class_="cc-grow", **described)
    shown = element("img", src=address_of(preview, _EDGE), alt="the picture that is being drawn") if preview else ""
    return element("div", shown, told, class_="cc-strip cc-working")


def outcome(words: str, kind: str) -> Html:
    """What became of the last job, in the progress bar's place."""
    return element("div", element("span", words), class_=f"cc-strip cc-outcome cc-{kind}")
