"""The plan of the caption step as a page reads it: differences with a box each, a page at a time, filtered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from consistent_character.captioning import CaptionPlan, CaptionRow, Status
from consistent_character.report.inputs import difference
from consistent_character.report.markup import Html, element
from consistent_character.report.verdicts import badge
from consistent_character.ui.pieces import facts, note, table

PAGE = 50
"""Captions that are drawn at once; the counts are of all."""
ALL = "every change"

# gradio keeps a script of its own out of gr.HTML, but not a handler; a box writes its image's name into the hidden
# text box that gradio reads.
_TICK = (
    "(b=>{{const t=document.querySelector('#{box} textarea'),s=new Set(t.value.split('\\n').filter(Boolean));"
    "b.checked==={listed}?s.add(b.value):s.delete(b.value);t.value=[...s].join('\\n');"
    "t.dispatchEvent(new Event('input',{{bubbles:true}}))}})(this)"
)


@dataclass(frozen=True)
class View:
    """What is shown of a plan: of one `rule` or all, with these `words` in name or caption, the `page` from 0."""

    rule: str = ALL
    words: str = ""
    page: int = 0

    def of(self, rows: Sequence[CaptionRow]) -> list[CaptionRow]:
        """The rows that pass the filter, on all pages."""
        words = self.words.strip().lower()
        return [
            row
            for row in rows
            if self.rule in (ALL, *row.rules)
            and (not words or words in f"{row.name}\n{row.before}\n{row.after}".lower())
        ]

    def turned(self, by: int, rows: Sequence[CaptionRow]) -> View:
        """The view with another page, as far as there is one."""
        last = max(0, (len(self.of(rows)) - 1) // PAGE)
        return View(self.rule, self.words, min(max(self.page + by, 0), last))


def counts(found: CaptionPlan) -> Html:
    """How many captions would change, and by which rule."""
    statuses: tuple[Status, ...] = ("changed", "unchanged", "review", "undecodable")
    figures: list[tuple[str, str]]
    figures = [(f"{number:,}", status) for status in statuses if (number := len(found.with_status(status)))]
    if found.outside:
        figures.append((f"{found.outside:,}", "not meant"))
    rules = found.rule_counts()
    told = table(("what was done", "captions"), ((rule, f"{number:,}") for rule, number in rules.items()))
    return element("div", facts(figures), told if rules else "")


def changes(found: CaptionPlan, view: View, spared: Collection[str], box: str) -> Html:
    """One page of what would change; a row whose box is not ticked is written into the text box `box`."""
    rows = view.of(found.with_status("changed"))
    if not rows:
        return note("No caption would change." if view == View() else "No change is like that.")
    tick = _TICK.format(box=box, listed="false")
    drawn = (
        element("div", _head(row, "write", row.name not in spared, tick), difference(row.before, row.after))
        for row in _page(rows, view)
    )
    return element("div", *drawn, class_="cc-captions cc-tall")


def pages(found: CaptionPlan | None, view: View) -> Html:
    """Which captions of how many are on the page."""
    number = len(view.of(found.with_status("changed"))) if found else 0
    first = view.page * PAGE
    words = f"{first + 1:,} to {min(first + PAGE, number):,} of {number:,}" if number else ""
    return element("span", words, class_="cc-quiet")


def doubtful(found: CaptionPlan, accepted: Collection[str], box: str) -> Html:
    """What is for a person to look at; offers have a box, which writes their name into the text box `box`."""
    rows = (*found.with_status("undecodable"), *found.with_status("review"))
    if not rows:
        return note("Nothing is left to look at.", "good")
    tick = _TICK.format(box=box, listed="true")
    offers = [row for row in rows if row.is_offer]
    drawn = (
        element(
            "div",
            _head(row, "take it", row.name in accepted, tick),
            element("p", row.reason, class_="cc-why"),
            difference(row.before, row.after),
        )
        for row in offers[:PAGE]
    )
    others = [row for row in rows if not row.is_offer]
    cells = ((element("code", row.name), badge(row.status), row.reason, row.before) for row in others[: 4 * PAGE])
    more = len(offers[PAGE:]) + len(others[4 * PAGE :])
    return element(
        "div",
        element("div", *drawn, class_="cc-captions") if offers else "",
        table(("image", "", "why", "caption"), cells) if others else "",
        note(f"{more:,} more are like these.") if more else "",
        class_="cc-tall",
    )


def _page(rows: Sequence[CaptionRow], view: View) -> Sequence[CaptionRow]:
    return rows[view.page * PAGE : (view.page + 1) * PAGE]


def _head(row: CaptionRow, words: str, ticked: bool, tick: str) -> Html:
    box = element("input", type="checkbox", value=row.name, checked=ticked, onchange=tick)
    return element("div", element("label", box, words), element("code", row.name), class_="cc-caption-head")
