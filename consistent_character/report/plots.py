"""The curves of a run, drawn by matplotlib without its global state, as SVG that follows the page's colours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING

from consistent_character.report.markup import Html
from consistent_character.report.story import IterationResult, RunStory

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _QUIET, _RULE = "#010101", "#010102", "#010103"
_SCENE, _LIKENESS = "#010104", "#010105"
_BANDS = {"good": "#010106", "overtrained": "#010107", "undertrained": "#010108"}
_VARIABLES = {
    _INK: "var(--cc-ink)",
    _QUIET: "var(--cc-quiet)",
    _RULE: "var(--cc-rule)",
    _SCENE: "var(--cc-scene)",
    _LIKENESS: "var(--cc-likeness)",
    _BANDS["good"]: "var(--cc-good)",
    _BANDS["overtrained"]: "var(--cc-bad)",
    _BANDS["undertrained"]: "var(--cc-unsure)",
}
"""Colours that no plot would use, each for a variable of the page's style: so one drawing suits light and dark."""
_DOTS = {"scene": _SCENE, "lost": _BANDS["overtrained"]}
_LOW = 2.1
"""Inches: the height of the curves of a run at work."""

_DRAWING = Lock()
"""matplotlib's rcParams belong to the process: one drawing at a time changes them, and puts them back."""


def run_curves(run: RunStory) -> Html:
    """Scene and likeness over the steps of a run, its verdicts as bands, onset and recommendation marked."""
    return curves(run.iterations, onset=run.onset, recommended=run.recommended)


def curves(iterations: Sequence[IterationResult], *, onset: int | None, recommended: int | None) -> Html:
    """The same for any iterations of a forest test."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 3.1), layout="constrained")
    axes = figure.add_subplot()
    steps = [iteration.step for iteration in iterations]
    _frame(axes, steps)
    _bands(axes, iterations)
    _line(axes, steps, [iteration.scene for iteration in iterations], _SCENE, "scene")
    _line(axes, steps, [iteration.likeness for iteration in iterations], _LIKENESS, "likeness")
    _mark(axes, recommended, "use step", _BANDS["good"], height=1.22, left=True)
    _mark(axes, onset, "overtrained from step", _BANDS["overtrained"], height=1.1, left=False)
    return _svg(figure)


def loss_curve(losses: Sequence[tuple[int, float]], width: float = 8.4) -> Html:
    """The loss of each step, thin, and its running mean, thick; `width` in inches, at which letters have 9 points."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, _LOW), layout="constrained")
    axes = figure.add_subplot()
    steps, values = [step for step, _ in losses], [loss for _, loss in losses]
    _quiet_axes(axes)
    _step_axis(axes, max(1, *steps))
    axes.plot(steps, values, color=_RULE, linewidth=1)
    axes.plot(steps, _running_mean(values), color=_LIKENESS, linewidth=2)
    axes.set_ylim(bottom=0)
    return _svg(figure)


def watch_curve(seen: Sequence[tuple[int, float, str]], overtrained: int | None, last: int, width: float = 8.4) -> Html:
    """How much of the scene each preview shows, its step, scene 0..1 and verdict; `last` is the step at the right edge.

    `overtrained` is the step of the first of the last previews in a row that have lost their scene.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, _LOW), layout="constrained")
    axes = figure.add_subplot()
    _quiet_axes(axes)
    _step_axis(axes, max(1, last))
    axes.set_ylim(-0.06, 1.3)
    axes.set_yticks([0, 0.5, 1], ["0", ".5", "1"])
    axes.axhline(0.5, color=_QUIET, linewidth=0.8, linestyle=(0, (2, 3)))
    judged = [(step, scene) for step, scene, verdict in seen if verdict != "unsure"]
    axes.plot(*zip(*judged, strict=True) if judged else ([], []), color=_SCENE, linewidth=2.2, clip_on=False)
    steps, scenes, verdicts = zip(*seen, strict=True) if seen else ((), (), ())
    colours = [_DOTS.get(verdict, _QUIET) for verdict in verdicts]
    axes.scatter(steps, scenes, s=20, color=colours, zorder=3, clip_on=False)
    _mark(axes, overtrained, "overtrained from step", _BANDS["overtrained"], height=1.18, left=False)
    return _svg(figure)


def _step_axis(axes: Axes, last: int) -> None:
    """Steps from 0 to `last`: two curves over the same steps can be laid side by side."""
    from matplotlib.ticker import MaxNLocator

    axes.set_xlabel("step", color=_QUIET, fontsize=9)
    axes.set_xlim(0, last)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _running_mean(values: Sequence[float], share: float = 0.1) -> list[float]:
    mean, means = values[0] if values else 0.0, []
    for value in values:
        mean += share * (value - mean)
        means.append(mean)
    return means


def _quiet_axes(axes: Axes) -> None:
    axes.patch.set_alpha(0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(_RULE)
    axes.tick_params(colors=_QUIET, length=0, labelsize=9, pad=6)
    axes.grid(axis="y", color=_RULE, linewidth=0.7)
    axes.set_axisbelow(True)


def _frame(axes: Axes, steps: Sequence[int]) -> None:
    _quiet_axes(axes)
    axes.set_ylim(-0.04, 1.3)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "", ".5", "", "1"])
    axes.set_xlabel("training steps", color=_QUIET, fontsize=9)
    if steps:
        gap = (steps[-1] - steps[0]) / max(1, len(steps) - 1) or 1
        axes.set_xlim(steps[0] - gap / 2, steps[-1] + gap / 2)


def _bands(axes: Axes, iterations: Sequence[IterationResult]) -> None:
    """Colour the ground behind each iteration by its verdict, half-way to its neighbours."""
    steps = [iteration.step for iteration in iterations]
    low, high = axes.get_xlim()
    edges = [low, *((a + b) / 2 for a, b in pairwise(steps)), high]
    for iteration, left, right in zip(iterations, edges, edges[1:], strict=False):
        axes.axvspan(left, right, color=_BANDS.get(iteration.verdict, _RULE), alpha=0.09, linewidth=0)


def _line(axes: Axes, steps: Sequence[int], values: Sequence[float], colour: str, name: str) -> None:
    axes.plot(steps, values, color=colour, linewidth=2.2, marker="o", markersize=4, label=name, clip_on=False)


def _mark(axes: Axes, step: int | None, words: str, colour: str, *, height: float, left: bool) -> None:
    """A dashed line at a step, its words on the side asked for unless that side is too near to the edge."""
    if step is None:
        return
    axes.axvline(step, color=colour, linewidth=1.6, linestyle=(0, (4, 3)))
    low, high = axes.get_xlim()
    place = (step - low) / (high - low)
    left = place > 0.78 or (left and place > 0.2)
    axes.annotate(
        f"{words} {step}",
        (step, height),
        xytext=(-6 if left else 6, 0),
        textcoords="offset points",
        color=colour,
        fontsize=9.5,
        ha="right" if left else "left",
        va="center",
    )


def _svg(figure: Figure) -> Html:
    from matplotlib import rc_context

    written = StringIO()
    with _DRAWING, rc_context({"svg.fonttype": "none", "svg.hashsalt": "consistent-character"}):
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    drawing = written.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(r"<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", drawing, count=1)
    drawing = re.sub(r'(<svg[^>]*?) height="[^"]*"', r'\1 class="cc-curves" role="img"', drawing, count=1)
    drawing = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font: \1px var(--cc-font)", drawing)
    drawing = re.sub(r'<g id="[^"]*"', "<g", drawing)
    for colour, variable in _VARIABLES.items():
        drawing = drawing.replace(colour, variable)
    return Html(drawing)
