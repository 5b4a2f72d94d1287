"""`report.html` of one forest test: everything it found, in one file that needs no other."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from consistent_character.choosing import ForestTest
from consistent_character.report.markup import Html, element
from consistent_character.report.page import document, settings_list
from consistent_character.report.pictures import inlined, roomy_edge
from consistent_character.report.sheet import pictures_of
from consistent_character.report.showing import showing

Settings = Iterable[tuple[str, str]]


def forest_page(test: ForestTest, base: Path, *, run: str, settings: Settings = ()) -> str:
    """The page. `base` is the folder that the test's paths start from, `run` the run's name.

    Pictures are as large as lets the page be sent by mail: below 15 MB, with 20 iterations of 8 seeds too.
    """
    title = f"{test.token or 'Forest test'} · {run}"
    pictures = pictures_of(test, base)
    addresses = inlined(roomy_edge(len(pictures)), pictures)
    return document(title, [_masthead(test, run), _settings(test, settings), showing(test, base, addresses)])


def _masthead(test: ForestTest, run: str) -> Html:
    return element(
        "header",
        element("p", "Consistent character · forest test", class_="kicker"),
        element("h1", test.token or run),
        element("p", f"Run {run}", class_="look"),
    )


def _settings(test: ForestTest, settings: Settings) -> Html:
    """What was tested, and how."""
    return settings_list(
        [
            ("prompt", test.prompt.replace("{name}", test.token or "{name}")),
            ("class word", test.class_word),
            ("checkpoint", test.checkpoint),
            ("seeds", ", ".join(map(str, test.seeds))),
            *settings,
        ]
    )
