"""All tested runs of a character in one plot and one table: scene against likeness, a path for each run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from math import hypot
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from consistent_character.choosing import ForestTest
from consistent_character.report.history import JudgedRun
from consistent_character.report.markup import Html, element, join
from consistent_character.report.palette import PAGE, PAPER, RUNS, Palette
from consistent_character.report.plots import quiet_axes, svg
from consistent_character.report.words import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKERS = "osD^vPXp"
"""matplotlib's names; with the colours, 64 runs can be told apart."""
_SIGNS = "●■◆▲▼✚✖⬟"
"""The same shapes as letters."""
_SIDES = tuple(
    (far * x, far * y) for far in (13, 24, 36) for x, y in ((0, 1), (-1, 0), (1, 0), (0, -1), (-0.7, 0.7), (0.7, 0.7))
)
"""Points from a ring to the middle of its number, the best place first."""
_CLEAR, _FROM_DOTS = 11.0, 8.0
"""Points between the middles of two numbers, or of a number and a ring, that do not touch; of a number and a dot."""

Place = tuple[float, float]


def look_of(number: int) -> tuple[int, int]:
    """Which colour and which marker the run of this number (from 0) has."""
    return number % RUNS, (number + number // RUNS) % len(MARKERS)


def comparison(runs: Sequence[JudgedRun]) -> Html:
    """The plot and the table, as a part of a page."""
    if not any(run.test for run in runs):
        return element("p", "No run has been tested yet: two of them make a comparison.", class_="cc-effort")
    figure = element("figure", svg(_drawn(runs, PAGE)), _legend(), class_="cc-figure")
    return element("div", figure, comparison_table(runs), class_="cc-comparison")


def comparison_picture(runs: Sequence[JudgedRun]) -> bytes:
    """The plot as a PNG, in the page's light colours."""
    written = BytesIO()
    _drawn(runs, PAPER).savefig(written, format="png", dpi=180, facecolor=PAPER.ground)
    return written.getvalue()


def columns(runs: Sequence[JudgedRun]) -> tuple[str, ...]:
    """The names of all settings that any run tells."""
    return tuple(dict.fromkeys(name for run in runs for name, _ in run.settings))


def row_of(run: JudgedRun, names: Iterable[str]) -> tuple[str, ...]:
    """A run's settings, then the step to use with its scene, likeness and their product, then the onset."""
    settings = dict(run.settings)
    told = tuple(settings.get(name, "–") for name in names)
    if run.test is None:
        return (*told, "–", "–", "–", "–", "–")
    best, worth = run.test.best, run.worth
    figures = (
        (f"{best.scene:.2f}", f"{best.likeness:.2f}", f"{worth:.2f}") if best and worth is not None else ("–",) * 3
    )
    return (*told, _step(run.test.recommended), *figures, _step(run.test.onset))


RESULTS = ("use step", "scene", "likeness", "scene × likeness", "onset")
"""The names of what `row_of` tells after the settings."""


def comparison_table(runs: Sequence[JudgedRun]) -> Html:
    """A row for each run, with the sign that it has in the plot; the best one is marked."""
    names = columns(runs)
    best = max((run for run in runs if _good(run)), key=lambda run: run.worth or 0, default=None)
    heads = (element("th", name, scope="col") for name in ("run", *names, *RESULTS))
    rows = (_row(number, run, names, chosen=run is best) for number, run in enumerate(runs))
    table = element("table", element("thead", element("tr", *heads)), element("tbody", *rows), class_="cc-runs")
    return element("div", table, class_="cc-scroll")


def _good(run: JudgedRun) -> bool:
    return run.test is not None and run.test.best is not None and run.test.best.verdict == "good"


def _row(number: int, run: JudgedRun, names: Sequence[str], *, chosen: bool) -> Html:
    colour, marker = look_of(number)
    sign = element("span", _SIGNS[marker], class_="cc-run-sign", style=f"color:var(--cc-run-{colour + 1})")
    name = element("th", sign, element("b", f"{number + 1}"), " ", element("span", run.name), scope="row")
    note = run.problem or (run.test.cannot_tell if run.test else "")
    cells = [element("td", value) for value in row_of(run, names)]
    row = element("tr", name, *cells, class_="cc-chosen" if chosen else None)
    width = str(len(cells))
    more = element("tr", element("td"), element("td", note, colspan=width), class_="cc-run-note") if note else ""
    return join([row, more])


def _step(step: int | None) -> str:
    return "–" if step is None else str(step)


def _legend() -> Html:
    words = (
        "Each path is a run, from its first iteration (small) to its last; the ring is the step to use. "
        "The best place is at the top right: the scene asked for, and the character in it."
    )
    return element("figcaption", words, class_="cc-legend")


def told(runs: Sequence[JudgedRun]) -> str:
    """How many there are, in a line."""
    return f"{counted(len(runs), 'tested run')}."


# --- the plot -------------------------------------------------------------------------------------------------------


def _drawn(runs: Sequence[JudgedRun], palette: Palette) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 4.1), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=(1.05, 1))
    paths = figure.add_subplot(grid[:, 0])
    scene, likeness = figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
    _paths(paths, runs, palette)
    _by_step(scene, runs, "scene", palette)
    _by_step(likeness, runs, "likeness", palette)
    scene.tick_params(labelbottom=False)
    likeness.set_xlabel("training steps", color=palette.quiet, fontsize=9)
    likeness.sharex(scene)
    _numbers(figure, paths, runs, palette)
    return figure


def _unit(axes: Axes, palette: Palette) -> None:
    quiet_axes(axes, palette)
    axes.set_ylim(-0.06, 1.06)
    axes.set_yticks([0, 0.5, 1], ["0", ".5", "1"])


def _paths(axes: Axes, runs: Sequence[JudgedRun], palette: Palette) -> None:
    _unit(axes, palette)
    axes.set_xlim(-0.06, 1.06)
    axes.set_xticks([0, 0.5, 1], ["0", ".5", "1"])
    axes.grid(axis="x", color=palette.rule, linewidth=0.7)
    axes.set_xlabel("scene", color=palette.quiet, fontsize=9)
    axes.set_ylabel("likeness", color=palette.quiet, fontsize=9)
    for number, run in enumerate(runs):
        if run.test is None:
            continue
        colour, marker = look_of(number)
        shown = palette.runs[colour]
        scenes, likenesses = ([getattr(one, name) for one in run.test.iterations] for name in ("scene", "likeness"))
        axes.plot(scenes, likenesses, color=shown, linewidth=1.4, alpha=0.75, clip_on=False)
        sizes = [8 + 22 * index / max(1, len(scenes) - 1) for index in range(len(scenes))]
        dots = axes.scatter(
            scenes, likenesses, s=sizes, marker=MARKERS[marker], color=shown, linewidth=0, clip_on=False
        )
        dots.set_zorder(3)
        if best := run.test.best:
            ring = axes.scatter([best.scene], [best.likeness], s=110, facecolor="none", edgecolor=shown, clip_on=False)
            ring.set(zorder=4, linewidth=1.8)


def _by_step(axes: Axes, runs: Sequence[JudgedRun], name: str, palette: Palette) -> None:
    _unit(axes, palette)
    axes.set_ylabel(name, color=palette.quiet, fontsize=9)
    for number, run in enumerate(runs):
        if run.test is None:
            continue
        colour, marker = look_of(number)
        steps = [one.step for one in run.test.iterations]
        values = [getattr(one, name) for one in run.test.iterations]
        shown = palette.runs[colour]
        axes.plot(steps, values, color=shown, linewidth=1.6, marker=MARKERS[marker], markersize=3.5, clip_on=False)


def _numbers(figure: Figure, axes: Axes, runs: Sequence[JudgedRun], palette: Palette) -> None:
    """Each run's number beside its ring, or its last dot, where no other number or ring is."""
    figure.draw_without_rendering()  # lays out the axes: only then are places on the paper known
    ends = {number: _end(run.test) for number, run in enumerate(runs) if run.test and run.test.iterations}
    places = {number: axes.transData.transform(at) * 72 / figure.dpi for number, at in ends.items()}
    taken = [(float(x), float(y)) for x, y in places.values()]
    dots = _dots(axes, runs) * 72 / figure.dpi
    for number, (x, y) in places.items():
        side = next((side for side in _SIDES if _free((x + side[0], y + side[1]), taken, dots)), _SIDES[0])
        taken.append((x + side[0], y + side[1]))
        axes.annotate(
            str(number + 1), ends[number], side, textcoords="offset points", ha="center", va="center",
            fontsize=9, fontweight="bold", color=palette.runs[look_of(number)[0]], annotation_clip=False,
        )  # fmt: skip


def _end(test: ForestTest) -> tuple[float, float]:
    at = test.best or test.iterations[-1]
    return at.scene, at.likeness


def _dots(axes: Axes, runs: Sequence[JudgedRun]) -> npt.NDArray[np.float64]:
    """Where all iterations are on the paper, `(iterations, 2)`, in dots of the figure."""
    seen = [(one.scene, one.likeness) for run in runs if run.test for one in run.test.iterations]
    return np.asarray(axes.transData.transform(np.asarray(seen).reshape(-1, 2)), dtype=np.float64)


def _free(place: Place, taken: Iterable[Place], dots: npt.NDArray[np.float64]) -> bool:
    """Whether a number there touches no other number, no ring and no dot."""
    away = np.hypot(*(dots - np.asarray(place)).T)
    return all(hypot(place[0] - x, place[1] - y) >= _CLEAR for x, y in taken) and bool((away >= _FROM_DOTS).all())
