"""Scene and likeness over the iterations of a forest test, with bands and verdicts, for pages and for pictures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from consistent_character.choosing import ForestTest, IterationResult
from consistent_character.report.markup import Html
from consistent_character.report.palette import PAGE, Palette
from consistent_character.report.plots import quiet_axes, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

VERDICT_MARKS = {"good": "✓", "overtrained": "×", "undertrained": "○", "unsure": "?"}
"""A sign for each verdict: what the colours say is said without them too."""
WIDTH, HEIGHT = 8.4, 3.3
"""Inches, at which letters have 9 points."""

_MARGINS = (0.04, 0.145, 0.99, 0.99)
"""Left, bottom, right and top of the axes, as shares of the figure: room for figures of 9 points and a name below."""
_ALL = 1.0
_SIGNS, _LOWER, _UPPER, _TOP = 1.1, 1.24, 1.38, 1.45
"""Heights above the curves: the verdicts' signs, the two marks' words, the edge."""
_RIGHT_EDGE = 0.7
"""Share of the width from which on words no longer fit to the right."""
_CROWDED = 30
"""From this many iterations on the dots are small."""


def forest_curves(test: ForestTest) -> Html:
    """The curves as a part of a page."""
    return svg(curves(test, PAGE))


def curves(test: ForestTest, palette: Palette) -> Figure:
    """The curves as a figure. Its margins are set: a layout that finds them draws everything twice."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT))
    figure.subplots_adjust(*_MARGINS)
    draw_curves(figure.add_subplot(), test, palette)
    return figure


def draw_curves(axes: Axes, test: ForestTest, palette: Palette) -> None:
    """Both curves within their bands on the ground of the verdicts, the onset and the recommended step marked.

    Iterations that were not drawn are ticks on the axis of steps.
    """
    found = sorted(test.iterations, key=lambda iteration: iteration.step)
    _frame(axes, [*(one.step for one in found), *(one.step for one in test.unseen)], palette)
    _ground(axes, found, palette)
    small = len(found) > _CROWDED
    for name, colour, marker in (("scene", palette.scene, "o"), ("likeness", palette.likeness, "D")):
        _curve(axes, found, name, colour, marker, small=small)
    _signs(axes, found, palette, small=small)
    _unseen(axes, test, palette)
    _marks(axes, test, palette)
    if test.recommended is None and test.onset is None:  # no room is needed for words that are not there
        axes.set_ylim(top=_SIGNS + 0.07)


def _frame(axes: Axes, steps: Sequence[int], palette: Palette) -> None:
    from matplotlib.ticker import MaxNLocator

    quiet_axes(axes, palette)
    axes.set_ylim(-0.05, _TOP)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "", ".5", "", "1"])
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
    axes.set_xlabel("training steps", color=palette.quiet, fontsize=9)
    if steps:
        first, last = min(steps), max(steps)
        gap = (last - first) / max(1, len(set(steps)) - 1) or 1
        axes.set_xlim(first - gap / 2, last + gap / 2)


def _ground(axes: Axes, found: Sequence[IterationResult], palette: Palette) -> None:
    """Colour the ground behind each iteration by its verdict, half-way to its neighbours."""
    low, high = axes.get_xlim()
    edges = [low, *((a.step + b.step) / 2 for a, b in pairwise(found)), high]
    for iteration, left, right in zip(found, edges, edges[1:], strict=False):
        axes.fill_betweenx(
            (-0.05, _SIGNS + 0.07), left, right, color=palette.of(iteration.verdict), alpha=0.09, linewidth=0
        )


def _curve(axes: Axes, found: Sequence[IterationResult], name: str, colour: str, marker: str, *, small: bool) -> None:
    steps = [iteration.step for iteration in found]
    values = [getattr(iteration, name) for iteration in found]
    bands = [getattr(iteration, f"{name}_band") for iteration in found]
    if any(band != (0.0, _ALL) for band in bands):  # a test from before there were any has none
        low, high = zip(*bands, strict=True)
        axes.fill_between(steps, low, high, color=colour, alpha=0.17, linewidth=0)
    axes.plot(steps, values, color=colour, linewidth=2, clip_on=False)
    axes.plot(steps, values, linestyle="", marker=marker, markersize=2.5 if small else 4.5, color=colour, clip_on=False)
    for iteration, value in zip(found, values, strict=True):
        dot = axes.plot(iteration.step, value, marker="o", markersize=9, color=colour, alpha=0, clip_on=False)
        dot[0].set_gid(f"tip step {iteration.step}: {name} {value:.2f}, {iteration.verdict}")


def _signs(axes: Axes, found: Sequence[IterationResult], palette: Palette, *, small: bool) -> None:
    for iteration in found:
        axes.text(
            iteration.step,
            _SIGNS,
            VERDICT_MARKS.get(iteration.verdict, "?"),
            color=palette.of(iteration.verdict),
            fontsize=6 if small else 9,
            ha="center",
            va="center",
        )


def _unseen(axes: Axes, test: ForestTest, palette: Palette) -> None:
    for one in test.unseen:
        told = ", ".join(f"{signal.name} {signal.value:.2f}" for signal in one.signals)
        tick = axes.plot((one.step, one.step), (-0.05, 0.015), color=palette.quiet, linewidth=1.4, clip_on=False)
        tick[0].set_gid(f"tip step {one.step}: not drawn{f'; {told}' if told else ''}")


def _marks(axes: Axes, test: ForestTest, palette: Palette) -> None:
    """Each mark's line ends at its own words; no line crosses the other one's words.

    The recommended step lies before the onset, so the onset's words are on the right as long as they fit.
    """
    low, high = axes.get_xlim()
    onset_fits = test.onset is None or (test.onset - low) / (high - low) <= _RIGHT_EDGE
    heights = (_UPPER, _LOWER) if onset_fits else (_LOWER, _UPPER)
    if test.recommended is not None:
        left = (test.recommended - low) / (high - low) > 0.2
        _mark(axes, test.recommended, f"use step {test.recommended}", palette.good, heights[0], left=left)
    if test.onset is not None:
        words = f"overtrained from step {test.onset}"
        _mark(axes, test.onset, words, palette.bad, heights[1], left=not onset_fits)


def _mark(axes: Axes, step: int, words: str, colour: str, height: float, *, left: bool) -> None:
    for low, high in ((-0.05, _SIGNS - 0.05), (_SIGNS + 0.06, height + 0.05)):  # the verdict's sign stands between
        axes.plot((step, step), (low, high), color=colour, linewidth=1.5, linestyle=(0, (4, 3)))
    axes.annotate(
        words,
        (step, height),
        xytext=(-6 if left else 6, 0),
        textcoords="offset points",
        color=colour,
        fontsize=9.5,
        ha="right" if left else "left",
        va="center",
    )
