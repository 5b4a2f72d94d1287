"""A forest test shown whole: the answer, the curves, two pictures against each other, every picture, every signal."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from consistent_character.choosing import ForestTest
from consistent_character.report.before_after import before_after
from consistent_character.report.curves import forest_curves
from consistent_character.report.markup import Html, element, join
from consistent_character.report.pictures import Addresses
from consistent_character.report.sheet import contact_sheet, viewer
from consistent_character.report.signal_table import signal_table
from consistent_character.report.verdicts import told

_DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
"""A picture of one clear pixel."""


def showing(test: ForestTest, base: Path, addresses: Addresses) -> Html:
    """All that a forest test found; `base` is the folder that its paths start from."""
    return join([headline(test), details(test, base, addresses)])


def headline(test: ForestTest, below: Html | str = "") -> Html:
    """The answer and the curves, `below` between them."""
    return element("div", told(test), below, curves_figure(test), class_="cc-headline")


def details(test: ForestTest, base: Path, addresses: Addresses) -> Html:
    """Two pictures against each other, every picture, every signal."""
    return element(
        "div",
        _fold("Compare two pictures", before_after(test), open_=True),
        _fold("Every iteration, every seed, every reason", contact_sheet(test, base, addresses), open_=True),
        _fold("Every signal", signal_table(test)),
        viewer(),
        starter(),
        class_="cc-showing",
    )


def starter() -> Html:
    """A picture that nobody sees; when it is there, the script runs. In HTML that a tab gets late no other would."""
    script = files(__package__ or "").joinpath("showing.js").read_text(encoding="utf-8")
    return element("img", src=_DOT, alt="", hidden=True, onload=script)


def curves_figure(test: ForestTest) -> Html:
    """The curves above a legend of their own."""
    words = [
        ("cc-key-scene", "scene: 1 is the scene that was asked for, 0 the training backdrop"),
        ("cc-key-likeness", "likeness: 1 is as like as the training pictures, 0 the class word"),
    ]
    if any(one.scene_band != (0.0, 1.0) for one in test.iterations):
        words.append(("cc-key-band", "where the mean would lie with other seeds, in 90 % of cases"))
    if test.unseen:
        words.append(("cc-key-unseen", "not drawn: the search had no need to"))
    keys = (element("span", said, class_=f"cc-key {kind}") for kind, said in words)
    signs = element("span", "✓ good   ○ undertrained   × overtrained   ? unsure", class_="cc-signs")
    return element(
        "figure", forest_curves(test), element("figcaption", *keys, signs, class_="cc-legend"), class_="cc-figure"
    )


def _fold(title: str, content: Html | str, *, open_: bool = False) -> Html | str:
    return element("details", element("summary", title), content, class_="cc-fold", open=open_) if content else ""
