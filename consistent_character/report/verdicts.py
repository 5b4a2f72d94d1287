"""A run's verdict, its curves, and the iterations x seeds grid with every reason: in the report and in the tab."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from consistent_character.report.markup import Html, element
from consistent_character.report.pictures import thumbnail
from consistent_character.report.plots import run_curves
from consistent_character.report.story import IterationResult, RunStory


def badge(verdict: str) -> Html:
    """A verdict as a small coloured word."""
    return element("span", verdict, class_=f"cc-badge cc-{verdict}")


def answer(run: RunStory) -> Html:
    """The run's result: the step to use, the onset, and why."""
    used = f"Use step {run.recommended}" if run.recommended is not None else "No iteration to use"
    onset = f"overtrained from step {run.onset}" if run.onset is not None else "no overtraining seen"
    verdict = element("p", element("strong", used), element("span", onset, class_="cc-onset"), class_="cc-answer")
    reason = element("p", run.cannot_tell or run.why, class_="cc-why")
    return element("div", verdict, reason)


def curves_figure(run: RunStory) -> Html:
    """The run's curves under a legend of their own."""
    legend = element(
        "figcaption",
        element(
            "span", "scene: 1 = the scene that was asked for, 0 = the training backdrop", class_="cc-key cc-key-scene"
        ),
        element(
            "span", "likeness: 1 = as like as the training images, 0 = the class word", class_="cc-key cc-key-likeness"
        ),
        class_="cc-legend",
    )
    return element("figure", run_curves(run), legend, class_="cc-figure")


def grid(run: RunStory, edge: int = 128) -> Html:
    """A row for the references, one for the baseline and one for each iteration; a column for each seed."""
    heads = (element("th", f"seed {seed}", scope="col") for seed in run.seeds)
    head = element("tr", element("th", "step", scope="col"), *heads, element("th", "verdict", scope="col"))
    rows = [
        _plain_row("training images", run.references, run, "what likeness 1 and scene 0 look like", edge),
        _plain_row("class word", run.baseline, run, "what scene 1 and likeness 0 look like", edge),
        *(_iteration_row(iteration, run, edge) for iteration in run.iterations),
    ]
    table = element("table", element("thead", head), element("tbody", *rows), class_="cc-grid")
    return element("div", table, class_="cc-scroll")


def _pictures(paths: Sequence[Path], run: RunStory, words: str, edge: int) -> list[Html]:
    shown = [*paths[: len(run.seeds)], *[None] * (len(run.seeds) - len(paths))]
    return [
        element(
            "td", thumbnail(path, f"{words}, seed {seed}", title=f"{words} · {path.name}", edge=edge) if path else ""
        )
        for path, seed in zip(shown, run.seeds, strict=True)
    ]


def _plain_row(name: str, paths: Sequence[Path], run: RunStory, words: str, edge: int) -> Html:
    cells = _pictures(paths, run, name, edge)
    return element(
        "tr", element("th", name, scope="row"), *cells, element("td", words, class_="cc-reason"), class_="cc-anchor"
    )


def _iteration_row(iteration: IterationResult, run: RunStory, edge: int) -> Html:
    chosen = iteration.step == run.recommended
    reason = element(
        "td",
        element("p", badge(iteration.verdict), element("b", "use this one", class_="cc-use") if chosen else ""),
        _meter("scene", iteration.scene),
        _meter("likeness", iteration.likeness),
        element("p", iteration.reason),
        class_="cc-reason",
    )
    cells = _pictures(iteration.pictures, run, f"step {iteration.step}", edge)
    step = element("th", str(iteration.step), scope="row")
    return element("tr", step, *cells, reason, class_="cc-chosen" if chosen else None)


def _meter(name: str, value: float) -> Html:
    filled = element("i", style=f"width:{max(0.0, min(1.0, value)):.0%}")
    bar = element("span", filled, class_=f"cc-bar cc-bar-{name}")
    return element("span", element("span", name), bar, element("span", f"{value:.2f}"), class_="cc-meter")
