"""From what a cell reads to good, bad or unsure, in words; and a group in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from consistent_character.choosing.battery.groups import Group
from consistent_character.choosing.battery.reading import LIKE
from consistent_character.choosing.battery.result import Cell, CellVerdict, Summary
from consistent_character.choosing.signals.signal import Signal


def judge(group: Group, signals: Sequence[Signal], *, by_faces: bool = False) -> tuple[CellVerdict, str]:
    """A cell's verdict and the reason; what speaks against it goes first. `by_faces`: they are told apart elsewhere."""
    found = {signal.name: signal for signal in signals}
    asked, likeness = found.get("asked for"), found.get("likeness")
    if found["difference"].bad:
        return "bad", f"The character does not show: the class word draws the same. {found['difference'].reason}"
    if found["copying"].bad:
        return "bad", f"It is a copy of a training picture. {found['copying'].reason}"
    if asked is not None and asked.bad and group.where == "everywhere":
        return "unsure", f"It may have lost {group.thing}: look at it. {asked.reason}"
    if asked is not None and asked.bad:
        return "bad", f"It loses {group.thing}. {asked.reason}"
    if likeness is not None and likeness.bad:
        return "bad", f"It loses the person. {likeness.reason}"
    if likeness is None:
        look = "Whether it is the character cannot be told by colours here: look at it."
        look = f"No face is recognised. {look}" if by_faces else look
        return "unsure", f"{look} {_told(group, asked)}".strip()
    if likeness.value < LIKE:
        return "unsure", f"It may be the character: look at it. {likeness.reason}"
    if asked is None and group.where != "nowhere":
        return "unsure", f"{likeness.reason} The class word shows no clear sign of what was asked for, so look at it."
    return "good", f"{likeness.reason} {_told(group, asked)}".strip()


def _told(group: Group, asked: Signal | None) -> str:
    return "" if asked is None else f"{group.thing.capitalize()}: {asked.reason}"


def summary(group: Group, cells: Sequence[Cell]) -> Summary:
    """A group in a sentence."""
    total = len(cells)
    like, unread = _named(cells, "likeness", True), [cell for cell in cells if _signal(cell, "likeness") is None]
    parts = []
    if len(unread) < total:
        parts.append(f"keeps its face in {len(like)} of {total} {group.title}")
    if lost := _named(cells, "likeness", False):
        parts.append(f"is somebody else {_listed(lost)}")
    if gone := _named(cells, "asked for", False):
        verb = "may lose" if group.where == "everywhere" else "loses"
        parts.append(f"{verb} {group.thing} {_listed(gone)}")
    if copied := _named(cells, "copying", False):
        parts.append(f"copies a training picture {_listed(copied)}")
    if unread:
        parts.append(f"look yourself whether it is the character {_listed([cell.what for cell in unread])}")
    words = "; ".join(parts)
    good, bad = (sum(cell.verdict == verdict for cell in cells) for verdict in ("good", "bad"))
    return Summary(group.name, f"{words[:1].upper()}{words[1:]}.", good, bad, total)


def _signal(cell: Cell, name: str) -> Signal | None:
    return next((signal for signal in cell.signals if signal.name == name), None)


def _named(cells: Sequence[Cell], name: str, good: bool) -> list[str]:
    """What the cells ask for whose signal is there and good, or bad. A likeness in between is neither."""
    found = []
    for cell in cells:
        signal = _signal(cell, name)
        if signal is not None and (signal.value >= LIKE and not signal.bad if good else signal.bad):
            found.append(cell.what)
    return found


def _listed(names: Sequence[str]) -> str:
    return f"({', '.join(names)})"
