"""What the look before training found, each with the button that mends it: a fixed number of rows, hidden when unused.

Neither gradio 3.41 nor 4.40 can add a button to a page that is there already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from consistent_character.mending import Mended
from consistent_character.report.markup import Html, element
from consistent_character.report.verdicts import badge
from consistent_character.report.words import counted
from consistent_character.training import Finding
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import Updates
from consistent_character.ui.pieces import note

ROWS = 16
"""More than a folder is ever found to have at once; what is beyond them comes up when others are mended."""


@dataclass(frozen=True)
class Row:
    """One finding: its words and its button."""

    whole: Any
    words: Any
    button: Any

    def show(self, finding: Finding | None) -> Updates:
        """The updates that show a finding, or nothing."""
        fix = finding.fix if finding else None
        return {
            self.whole: gr.update(visible=finding is not None),
            self.words: gr.update(value=_words(finding) if finding else ""),
            self.button: gr.update(value=fix.label if fix else "", visible=fix is not None),
        }


@dataclass(frozen=True)
class Board:
    """All findings. `found` holds what is shown, for the buttons to know."""

    head: Any
    every: Any
    rows: tuple[Row, ...]
    found: Any

    @property
    def outputs(self) -> tuple[Any, ...]:
        """What `show` and `clear` change."""
        rows = (part for row in self.rows for part in (row.whole, row.words, row.button))
        return (self.head, self.every, self.found, *rows)

    def show(self, found: Sequence[Finding]) -> Updates:
        """The updates that show what a look found."""
        return {**self._show(found), self.head: _head(found)}

    def clear(self) -> Updates:
        """The updates that show that nobody has looked."""
        return {**self._show(()), self.head: ""}

    def _show(self, found: Sequence[Finding]) -> Updates:
        fixable = sum(finding.fix is not None for finding in found)
        updates: Updates = {
            self.found: tuple(found),
            self.every: gr.update(value=f"Fix all {fixable}", visible=fixable > 1),
        }
        for number, row in enumerate(self.rows):
            updates |= row.show(found[number] if number < len(found) else None)
        return updates


def board() -> Board:
    """Lay out the rows."""
    with gr.Row(elem_classes="cc-findings-head"):
        head = gr.HTML("", elem_id=element_id("train", "findings"))
        every = gr.Button("Fix all", visible=False, elem_id=element_id("train", "fix", "all"), scale=0, min_width=190)
    rows = tuple(_row(number) for number in range(ROWS))
    return Board(head, every, rows, gr.State(()))


def _row(number: int) -> Row:
    with gr.Row(visible=False, elem_id=element_id("train", "finding", str(number)), elem_classes="cc-finding") as whole:
        words = gr.HTML("")
        button = gr.Button("", elem_id=element_id("train", "fix", str(number)), scale=0, min_width=190, size="sm")
    return Row(whole, words, button)


def mended_in_words(done: Mended) -> str:
    """What the buttons have done, in a sentence or two."""
    did = [finding.fix.label for finding in done.mended if finding.fix]
    said = f"Mended: {'; '.join(dict.fromkeys(did))}." if did else "Nothing was mended."
    reasons = dict.fromkeys(f"{finding.message} {reason}" for finding, reason in done.left)
    return " ".join((said, *(f"Not mended: {reason}" for reason in reasons)))


def _words(finding: Finding) -> Html:
    return element(
        "div",
        element("span", badge(finding.severity), class_="cc-finding-badge"),
        element("div", element("b", finding.message), element("span", finding.remedy)),
        class_="cc-finding-words",
    )


def _head(found: Sequence[Finding]) -> Html:
    if not found:
        return note("Nothing found that would spoil this run.", "good")
    errors = sum(finding.severity == "error" for finding in found)
    warnings = len(found) - errors
    told = []
    if errors:
        told.append(f"{counted(errors, 'error')}: the run does not start before {_they(errors)} mended.")
    if warnings:
        told.append(f"{counted(warnings, 'warning')}: the run can start, and may be the worse for {_them(warnings)}.")
    if len(found) > ROWS:
        told.append(f"The first {ROWS} are shown.")
    return note(" ".join(told), "bad" if errors else "warning")


def _they(number: int) -> str:
    return "it is" if number == 1 else "they are"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"
