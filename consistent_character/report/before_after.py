"""Two rows of the contact sheet, one seed: one picture over the other, with a line to drag between them."""

from __future__ import annotations

from collections.abc import Iterable

from consistent_character.choosing import ForestTest
from consistent_character.report.markup import Html, element
from consistent_character.report.sheet import BASELINE, counting_seeds, rows_of


def before_after(test: ForestTest) -> Html | str:
    """The slider; its pictures are those of the sheet. Nothing where there are no two rows to compare."""
    rows = tuple(rows_of(test))
    if len(rows) < 2 or not test.seeds:
        return ""
    keys = [key for key, _ in rows]
    after = str(test.recommended) if str(test.recommended) in keys else keys[-1]
    before = BASELINE if BASELINE in keys else keys[0]
    seeds = [(str(seed), f"seed {seed}") for seed in test.seeds]
    first = next(iter(counting_seeds(test)), test.seeds[0])
    choices = element(
        "div",
        _choice("before", "Left", rows, before),
        _choice("after", "Right", rows, after),
        _choice("seed", "Seed", seeds, str(first)),
        class_="cc-compare-choices",
    )
    # Without the script there would be nothing to see: it takes `hidden` away.
    words = (
        element("p", class_="cc-compare-words", data_words_of=side, aria_live="polite") for side in ("before", "after")
    )
    stage = element("div", _stage(), element("div", *words), class_="cc-compare-both")
    return element("div", choices, stage, class_="cc-compare", hidden=True)


def _choice(name: str, label: str, options: Iterable[tuple[str, str]], chosen: str) -> Html:
    rows = (element("option", words, value=key, selected=key == chosen) for key, words in options)
    return element("label", element("span", label), element("select", *rows, data_part=name))


def _stage() -> Html:
    line = element(
        "input", type="range", min="0", max="100", value="50", step="1", aria_label="Where the left picture ends"
    )
    return element(
        "div",
        element("img", alt="", data_side="before"),
        element("img", alt="", data_side="after"),
        line,
        element("span", class_="cc-compare-line", aria_hidden="true"),
        class_="cc-compare-stage",
    )
