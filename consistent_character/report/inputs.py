"""The report's first three chapters: what was generated, what was kept, what the captions became."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from consistent_character.report.markup import Html, element, join
from consistent_character.report.pictures import thumbnail
from consistent_character.report.story import CaptionChange, InputImage
from consistent_character.report.words import counted, word_difference


def contact_sheet(images: Sequence[InputImage], zooms: Sequence[str], angles: Sequence[str], edge: int = 96) -> Html:
    """All images by zoom (rows) and viewing angle (columns); the rejected are dimmed and say why when pointed at."""
    head = element("tr", element("td"), *(element("th", angle, scope="col") for angle in angles))
    rows = (_zoom_row(zoom, images, angles, edge) for zoom in zooms)
    table = element("table", element("thead", head), element("tbody", *rows), class_="cc-sheet")
    return element("div", table, class_="cc-scroll")


def _zoom_row(zoom: str, images: Sequence[InputImage], angles: Sequence[str], edge: int) -> Html:
    cells = (
        element(
            "td",
            element("div", *(_input(image, edge) for image in images if _in(image, zoom, angle)), class_="cc-cell"),
        )
        for angle in angles
    )
    return element("tr", element("th", zoom, scope="row"), *cells)


def _in(image: InputImage, zoom: str, angle: str) -> bool:
    return (image.zoom, image.angle) == (zoom, angle)


def _input(image: InputImage, edge: int) -> Html:
    words = f"{image.path.name}: {'kept' if image.kept else image.why or image.reason}"
    picture = thumbnail(image.path, f"{image.zoom} {image.angle}", title=words, edge=edge)
    return element("span", picture, class_="cc-input" if image.kept else "cc-input cc-rejected")


def rejections(images: Iterable[InputImage], edge: int = 96) -> Html:
    """The rejected images, a pile for each reason, each with its reason in words."""
    piles = groupby(sorted(images, key=lambda image: (image.reason, image.path.name)), key=lambda image: image.reason)
    return join(_pile(reason, list(pile), edge) for reason, pile in piles)


def _pile(reason: str, images: Sequence[InputImage], edge: int) -> Html:
    figures = (
        element("figure", thumbnail(image.path, image.why, edge=edge), element("figcaption", image.why or reason))
        for image in images
    )
    title = element("summary", element("b", reason.replace("-", " ")), f" · {counted(len(images), 'image')}")
    return element("details", title, element("div", *figures, class_="cc-pile"), class_="cc-fold")


def difference(before: str, after: str) -> Html:
    """A caption with what went struck out and what came underlined, both also in colour."""
    tags = {"same": "span", "removed": "del", "added": "ins"}
    parts = (element(tags[part.kind], part.text) for part in word_difference(before, after))
    return element("p", *parts, class_="cc-difference")


def caption_changes(changes: Sequence[CaptionChange], shown: int = 3) -> Html:
    """The first captions' differences, the others folded away."""
    rows = [
        element("div", element("code", change.image), difference(change.before, change.after)) for change in changes
    ]
    more = element(
        "details",
        element("summary", f"{counted(len(rows) - shown, 'more caption')}"),
        *rows[shown:],
        class_="cc-fold",
    )
    return element("div", *rows[:shown], more if len(rows) > shown else "", class_="cc-captions")
