"""Goes through the changes of a caption plan: filters, pages, and the box that spares a caption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from consistent_character.captioning import CaptionPlan
from consistent_character.ui import caption_changes
from consistent_character.ui.caption_changes import ALL, View
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import Updates, on

_SPARED = element_id("caption", "spared")


@dataclass(frozen=True)
class Pager:
    """The components; `spared` holds the names of the images whose boxes are not ticked, one on each line."""

    rule: Any
    words: Any
    before: Any
    place: Any
    after: Any
    changes: Any
    spared: Any
    view: Any

    @property
    def outputs(self) -> tuple[Any, ...]:
        """What another plan changes."""
        return (self.rule, self.words, self.spared, *self._page)

    @property
    def _page(self) -> tuple[Any, ...]:
        return (self.view, self.place, self.changes)

    def show(self, found: CaptionPlan | None, empty: str) -> Updates:
        """A new plan from its beginning; `empty` is shown where there is none."""
        rules = gr.update(choices=[ALL, *(found.rule_counts() if found else ())], value=ALL)
        page = self._drawn(found, View(), "") if found else dict(zip(self._page, (View(), "", empty), strict=True))
        return {self.rule: rules, self.words: "", self.spared: "", **page}

    def wire(self, planned: Any) -> None:
        """Connect filters and pages to the plan that `planned` holds."""
        filters = [planned, self.rule, self.words, self.spared]
        quiet: dict[str, Any] = {"show_progress": "hidden"}
        on(self.rule.input, self._filtered, filters, self._page, **quiet)
        on(self.words.submit, self._filtered, filters, self._page, **quiet)
        for button, by in ((self.before, -1), (self.after, 1)):
            on(button.click, self._turning(by), [planned, self.view, self.spared], self._page, **quiet)

    def _filtered(self, found: CaptionPlan | None, rule: str, words: str, spare: str) -> Updates:
        return self._drawn(found, View(rule or ALL, words or ""), spare)

    def _turning(self, by: int) -> Any:
        def turned(found: CaptionPlan | None, seen: View, spare: str) -> Updates:
            return self._drawn(found, seen.turned(by, found.with_status("changed") if found else ()), spare)

        return turned

    def _drawn(self, found: CaptionPlan | None, view: View, spare: str) -> Updates:
        if found is None:
            return {self.view: View()}
        return {
            self.view: view,
            self.place: caption_changes.pages(found, view),
            self.changes: caption_changes.changes(found, view, set(spare.splitlines()), _SPARED),
        }


def lay_out(empty: str) -> Pager:
    """The filters, the pages, and the changes themselves."""
    with gr.Row(elem_classes="cc-filters"):
        rule = gr.Dropdown([ALL], value=ALL, label="Show", elem_id=element_id("caption", "rule"))
        words = gr.Textbox(label="With these words", placeholder="press Enter", elem_id=element_id("caption", "words"))
    with gr.Row(elem_classes="cc-pager"):
        before = gr.Button("← Before", size="sm", elem_id=element_id("caption", "before"))
        place = gr.HTML("", elem_id=element_id("caption", "place"))
        after = gr.Button("After →", size="sm", elem_id=element_id("caption", "after"))
    changes = gr.HTML(empty, elem_id=element_id("caption", "changes"))
    spared = gr.Textbox("", elem_id=_SPARED, elem_classes="cc-hidden", show_label=False)
    return Pager(rule, words, before, place, after, changes, spared, gr.State(View()))
