"""Durations, shares and differences, in words that a person reads at a glance."""

from __future__ import annotations

from collections.abc import Sequence

from consistent_character.captioning import DiffPart, prompt_changed


def word_difference(before: str, after: str) -> tuple[DiffPart, ...]:
    """What must be struck out of `before` and written into it to get `after`, in long stretches of whole words.

    The texts of all `same` and `removed` parts joined are `before`, but for generation parameters, which a few words
    stand for; of all `same` and `added` parts, `after`.
    """
    return _without_islands(prompt_changed(before, after))


def _without_islands(parts: Sequence[DiffPart]) -> tuple[DiffPart, ...]:
    """Blanks and commas that stayed between two changes join them: long stretches read better than crumbs."""
    runs: list[DiffPart] = []
    gone, new = "", ""
    for index, part in enumerate(parts):
        island = part.kind == "same" and len(part.text.strip(" ,.")) < 2 and 0 < index < len(parts) - 1
        if part.kind == "same" and not island:
            runs += [*_changed(gone, new), part]
            gone, new = "", ""
            continue
        gone += part.text if part.kind != "added" else ""
        new += part.text if part.kind != "removed" else ""
    return (*runs, *_changed(gone, new))


def _changed(gone: str, new: str) -> list[DiffPart]:
    if gone == new:
        return [DiffPart("same", gone)] if gone else []
    return [part for part in (DiffPart("removed", gone), DiffPart("added", new)) if part.text]


def duration(seconds: float) -> str:
    """`42 s`, `3 min 5 s`, `1 h 12 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def counted(number: int, noun: str) -> str:
    """`1 image`, `25 images`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
