"""Every signal of every iteration in one table, none hidden; each with its direction, its reason and its source."""

from __future__ import annotations

from collections.abc import Sequence

from consistent_character.choosing import ForestTest, IterationResult
from consistent_character.choosing.result import Unseen
from consistent_character.choosing.signals.signal import Signal
from consistent_character.report.markup import Html, element, join
from consistent_character.report.verdicts import badge

_ARROWS = {"high": "↑", "low": "↓", "neither": "·"}
_ENDS = {"high": "high is good", "low": "low is good", "neither": "neither end is good or bad"}


def signals_of(one: IterationResult | Unseen) -> tuple[Signal, ...]:
    """What is known of an iteration; tests from before there were signals know the two."""
    if one.signals or isinstance(one, Unseen):
        return one.signals
    verdict = "Of a test that kept no reasons for single signals."
    (scene_low, scene_high), (likeness_low, likeness_high) = one.scene_band, one.likeness_band
    return (
        Signal("scene", one.scene, "high", verdict, "", scene_low, scene_high),
        Signal("likeness", one.likeness, "high", verdict, "", likeness_low, likeness_high),
    )


def signal_table(test: ForestTest) -> Html:
    """Iterations by signals, those that were not drawn too; a row's reasons unfold below it."""
    rows = sorted(
        [
            *((one.step, one.verdict, signals_of(one)) for one in test.iterations),
            *((one.step, "not drawn", signals_of(one)) for one in test.unseen),
        ],
        key=lambda row: row[0],
    )
    drawn_first: list[IterationResult | Unseen] = [*test.iterations, *test.unseen]
    known = {signal.name: signal for one in drawn_first for signal in signals_of(one)}
    sources = list(dict.fromkeys(signal.source for signal in known.values() if signal.source))
    head = element("tr", element("th", "step", scope="col"), *(_head(one, sources) for one in known.values()))
    body = [part for row in rows for part in _row(*row, names=list(known), chosen=row[0] == test.recommended)]
    table = element("table", element("thead", head), element("tbody", *body), class_="cc-signals")
    return join([element("div", table, class_="cc-scroll"), _key(), _footnotes(sources)])


def _head(signal: Signal, sources: Sequence[str]) -> Html:
    number = sources.index(signal.source) + 1 if signal.source in sources else 0
    arrow = element("span", _ARROWS[signal.good], class_="cc-arrow", aria_label=_ENDS[signal.good])
    note = element("sup", str(number), title=signal.source) if number else ""
    return element("th", arrow, " ", signal.name, note, scope="col", title=_ENDS[signal.good])


def _row(
    step: int, verdict: str, signals: Sequence[Signal], *, names: Sequence[str], chosen: bool
) -> tuple[Html, Html]:
    found = {signal.name: signal for signal in signals}
    more = element(
        "button", str(step), type="button", class_="cc-more", aria_expanded="false", title=f"The reasons of step {step}"
    )
    classes = " ".join(name for name, given in (("cc-chosen", chosen), ("cc-unseen", verdict == "not drawn")) if given)
    values = (_value(found.get(name)) for name in names)
    reasons = element("td", _reasons(verdict, signals), colspan=str(len(names) + 1))
    return (
        element("tr", element("th", more, scope="row"), *values, class_=classes or None),
        element("tr", reasons, class_="cc-reasons", hidden=True),
    )


def _value(signal: Signal | None) -> Html:
    if signal is None:
        return element("td", element("span", "–", class_="cc-none"))
    band = f" ({signal.low:.2f} to {signal.high:.2f})" if signal.low is not None and signal.high is not None else ""
    against = (
        element("span", "!", class_="cc-against", aria_label="speaks against this iteration") if signal.bad else ""
    )
    words = f"{signal.name} {signal.value:.2f}{band}: {signal.reason}"
    filled = element("i", style=f"width:{max(0.0, min(1.0, signal.value)):.0%}")
    figure = element("span", f"{signal.value:.2f}", against, class_="cc-figure-value")
    return element(
        "td",
        figure,
        element("span", filled, class_="cc-bar"),
        title=words,
        class_="cc-against-cell" if signal.bad else None,
    )


def _reasons(verdict: str, signals: Sequence[Signal]) -> Html:
    rows = (
        element("div", element("dt", f"{signal.name} {signal.value:.2f}"), element("dd", signal.reason))
        for signal in signals
    )
    nothing = element("p", "Nothing is known of it: it was not drawn.") if not signals else ""
    return element("div", badge(verdict), nothing, element("dl", *rows))


def _key() -> Html:
    return element(
        "p",
        "All from 0 to 1. ↑ high is good, ↓ low is good, · neither. “!” speaks against the iteration by itself. "
        "Press a step for the reasons.",
        class_="cc-effort",
    )


def _footnotes(sources: Sequence[str]) -> Html | str:
    return element("ol", *(element("li", source) for source in sources), class_="cc-sources") if sources else ""
