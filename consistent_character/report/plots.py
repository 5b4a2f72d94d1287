"""The curves of a run, drawn by matplotlib without its global state, as SVG that follows the page's colours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO
from threading import Lock
from typing import TYPE_CHECKING

from consistent_character.report.markup import Html
from consistent_character.report.palette import PAGE, VARIABLES, Palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_QUIET, _RULE, _SCENE, _LIKENESS = PAGE.quiet, PAGE.rule, PAGE.scene, PAGE.likeness
_DOTS = {"scene": _SCENE, "lost": PAGE.bad}
_LOW = 2.1
"""Inches: the height of the curves of a run at work."""

_DRAWING = Lock()
"""matplotlib's rcParams belong to the process: one drawing at a time changes them, and puts them back."""


def loss_curve(losses: Sequence[tuple[int, float]], width: float = 8.4) -> Html:
    """The loss of each step, thin, and its running mean, thick; `width` in inches, at which letters have 9 points."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, _LOW), layout="constrained")
    axes = figure.add_subplot()
    steps, values = [step for step, _ in losses], [loss for _, loss in losses]
    quiet_axes(axes, PAGE)
    _step_axis(axes, max(1, *steps))
    axes.plot(steps, values, color=_RULE, linewidth=1)
    axes.plot(steps, _running_mean(values), color=_LIKENESS, linewidth=2)
    axes.set_ylim(bottom=0)
    return svg(figure)


def watch_curve(seen: Sequence[tuple[int, float, str]], overtrained: int | None, last: int, width: float = 8.4) -> Html:
    """How much of the scene each preview shows, its step, scene 0..1 and verdict; `last` is the step at the right edge.

    `overtrained` is the step of the first of the last previews in a row that have lost their scene.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, _LOW), layout="constrained")
    axes = figure.add_subplot()
    quiet_axes(axes, PAGE)
    _step_axis(axes, max(1, last))
    axes.set_ylim(-0.06, 1.3)
    axes.set_yticks([0, 0.5, 1], ["0", ".5", "1"])
    axes.axhline(0.5, color=_QUIET, linewidth=0.8, linestyle=(0, (2, 3)))
    judged = [(step, scene) for step, scene, verdict in seen if verdict != "unsure"]
    axes.plot(*zip(*judged, strict=True) if judged else ([], []), color=_SCENE, linewidth=2.2, clip_on=False)
    steps, scenes, verdicts = zip(*seen, strict=True) if seen else ((), (), ())
    colours = [_DOTS.get(verdict, _QUIET) for verdict in verdicts]
    axes.scatter(steps, scenes, s=20, color=colours, zorder=3, clip_on=False)
    _mark(axes, overtrained, "overtrained from step", PAGE.bad, height=1.18, left=False)
    return svg(figure)


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


def quiet_axes(axes: Axes, palette: Palette) -> None:
    """Only what a reader needs: a ground line, light rules, small figures."""
    axes.patch.set_alpha(0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(palette.rule)
    axes.tick_params(colors=palette.quiet, length=0, labelsize=9, pad=6)
    axes.grid(axis="y", color=palette.rule, linewidth=0.7)
    axes.set_axisbelow(True)


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


def svg(figure: Figure) -> Html:
    """The figure as a part of a page, in the page's colours; the id `tip <words>` is shown when pointed at."""
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
    drawing = re.sub(r'<g id="tip ([^"]*)">', r"<g><title>\1</title>", drawing)
    drawing = re.sub(r'<g id="[^"]*"', "<g", drawing)
    for colour, variable in VARIABLES.items():
        drawing = drawing.replace(colour, variable)
    return Html(drawing)
