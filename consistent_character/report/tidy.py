"""A forest test as one long table: a row for every figure of every iteration and of every picture."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from consistent_character.choosing import ForestTest, IterationResult, PictureResult
from consistent_character.choosing.signals.signal import Signal
from consistent_character.report.signal_table import signals_of

COLUMNS = (
    "step", "seed", "signal", "value", "low", "high", "good_end", "speaks_against", "verdict", "confidence", "drawn",
    "counts", "recommended", "onset", "picture", "reason", "source",
)  # fmt: skip
"""`seed` is empty in the rows of a whole iteration, `low` and `high` are its 90 % band."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula. Source: OWASP, CSV Injection."""

Row = dict[str, object]


def tidy(test: ForestTest) -> str:
    """The table as CSV (RFC 4180); texts that a spreadsheet would run as formulas begin with an apostrophe."""
    written = StringIO()
    writer = csv.DictWriter(written, COLUMNS, restval="")
    writer.writeheader()
    for row in _rows(test):
        writer.writerow({name: _safe(value) for name, value in row.items()})
    return written.getvalue()


def _rows(test: ForestTest) -> Iterable[Row]:
    for one in test.iterations:
        marks = _marks(test, one.step)
        yield from (_signal(one.step, signal, one) | marks for signal in signals_of(one))
        for picture in one.pictures:
            yield from (row | marks for row in _picture(one, picture))
    for unseen in test.unseen:
        yield from (_signal(unseen.step, signal) | _marks(test, unseen.step) for signal in unseen.signals)


def _marks(test: ForestTest, step: int) -> Row:
    return {"recommended": _yes(step == test.recommended), "onset": _yes(step == test.onset)}


def _signal(step: int, signal: Signal, one: IterationResult | None = None) -> Row:
    return {
        "step": step,
        "signal": signal.name,
        "value": _figure(signal.value),
        "low": _figure(signal.low),
        "high": _figure(signal.high),
        "good_end": signal.good,
        "speaks_against": _yes(signal.bad),
        "verdict": one.verdict if one else "",
        "confidence": _figure(one.confidence if one else None),
        "drawn": _yes(one is not None),
        "reason": signal.reason,
        "source": signal.source,
    }


def _picture(one: IterationResult, picture: PictureResult) -> Iterable[Row]:
    for name, value in (("scene", picture.scene), ("likeness", picture.likeness)):
        yield {
            "step": one.step,
            "seed": picture.seed,
            "signal": name,
            "value": _figure(value),
            "good_end": "high",
            "verdict": one.verdict,
            "drawn": _yes(True),
            "counts": _yes(picture.counts),
            "picture": picture.path,
        }


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _safe(value: object) -> object:
    """Figures as they are: those of ours are never negative."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
