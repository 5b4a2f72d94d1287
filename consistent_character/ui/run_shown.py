"""A training run as the page shows it: its figures, its loss, what its forest watch sees, and how it ended."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from consistent_character.character.folder import CharacterFolder
from consistent_character.errors import FolderError
from consistent_character.report.markup import Html, element
from consistent_character.report.plots import loss_curve, watch_curve
from consistent_character.report.words import counted
from consistent_character.training import TrainingRun, open_run
from consistent_character.training.ending import read_ending
from consistent_character.training.forest_watch import Seen, overtrained_since, read_watch
from consistent_character.ui.pieces import facts, note


def standing(folder: CharacterFolder, path: Path, *, at_work: bool) -> Html:
    """A run so far; `at_work` tells whether a job is busy with it now."""
    losses = read_losses(path / "loss.csv")
    seen = read_watch(path)
    run = _opened(folder, path)
    figures = facts(_figures(losses, seen, path))
    curves = element("div", _loss(losses), _watch(run, seen, losses), class_="cc-pair")
    said = [*_ending(path, run, losses, at_work), *_warning(path, seen)]
    return element("div", element("h3", f"Run {path.name}"), figures, *said, curves, class_="cc-run")


def read_losses(path: Path) -> list[tuple[int, float]]:
    """Step and loss of every whole line of a `loss.csv`; none if there is no file yet."""
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    column = rows[0].index("loss") if rows and "loss" in rows[0] else 1
    return [(int(row[0]), float(row[column])) for row in rows if len(row) > column and row[0].isdigit()]


def outcome_of(run: TrainingRun) -> tuple[str, str]:
    """What has come of a run that has just ended, in a sentence or two; and whether that is `good` or a `warning`."""
    since = overtrained_since(read_watch(run.path))
    ending = read_ending(run.path)
    if ending:
        told = ending.words
    else:
        told = "Trained." if since is None else f"Trained. The previews have lost their scene since step {since}."
    return f"{told} {_saved(run)}", "good" if since is None and run.iterations else "warning"


def _saved(run: TrainingRun) -> str:
    if not run.iterations:
        return "No iteration was saved, so there is none to choose: save every 10 steps, and train again."
    return f"{counted(len(run.iterations), 'iteration')} saved. Next: Choose finds the one to use."


def _opened(folder: CharacterFolder, path: Path) -> TrainingRun | None:
    """None where what was asked for is not written down, or not yet."""
    try:
        return open_run(folder, path)
    except FolderError:
        return None


def _figures(losses: Sequence[tuple[int, float]], seen: Sequence[Seen], path: Path) -> list[tuple[str, str]]:
    saved = len(list((path / "embeddings").glob("*.pt")))
    figures = [
        (f"{losses[-1][0]:,}" if losses else "0", "steps"),
        (f"{saved:,}", "iterations saved"),
        (f"{losses[-1][1]:.4f}" if losses else "none yet", "last loss"),
    ]
    if seen:
        last = seen[-1]
        figures.append((f"{last.scene:.2f}" if last.verdict != "unsure" else "none yet", "scene of the last preview"))
    return figures


def _ending(path: Path, run: TrainingRun | None, losses: Sequence[tuple[int, float]], at_work: bool) -> Iterator[Html]:
    """How a run ended that is at work no longer."""
    if at_work:
        return
    if ending := read_ending(path):
        yield note(ending.words, "warning" if ending.how == "overtrained" else "bad")
    elif run is not None and not run.finished:
        step = losses[-1][0] if losses else 0
        words = f"Not at its end: step {step:,} of {run.request.steps:,}. “Go on with the newest run” takes it on."
        yield note(words, "warning")


def _warning(path: Path, seen: Sequence[Seen]) -> Iterator[Html]:
    """Said while a run goes on that has lost its scene, and afterwards, unless its ending says it already."""
    since = overtrained_since(seen)
    if since is not None and read_ending(path) is None:
        words = f"The previews have lost their scene since step {since}: from there on it is overtrained."
        yield note(words, "warning")


def _loss(losses: Sequence[tuple[int, float]]) -> Html:
    if len(losses) < 2:
        return Html("")
    legend = _legend("loss: thin for each step, thick for its running mean", "likeness")
    return element("figure", loss_curve(losses, width=_WIDTH), legend, class_="cc-figure")


def _watch(run: TrainingRun | None, seen: Sequence[Seen], losses: Sequence[tuple[int, float]]) -> Html:
    if seen:
        last = max(seen[-1].step, losses[-1][0] if losses else 0)
        drawn = watch_curve([(one.step, one.scene, one.verdict) for one in seen], overtrained_since(seen), last, _WIDTH)
        legend = _legend("forest watch: 1 = the scene of the first previews, 0 = the training backdrop", "scene")
        return element("figure", drawn, legend, class_="cc-figure cc-watch")
    return note(_unseen(run)) if run is not None else Html("")


def _unseen(run: TrainingRun) -> str:
    if run.forest_watch == "off":
        return "The forest watch is off for this run."
    if not run.request.preview_every:
        return "The forest watch has nothing to look at: this run makes no previews."
    return f"The forest watch looks at the first preview after {counted(run.request.preview_every, 'step')}."


def _legend(words: str, key: str) -> Html:
    return element("figcaption", element("span", words, class_=f"cc-key cc-key-{key}"), class_="cc-legend")


_WIDTH = 5.4
"""Inches: half of the panel's width, so that both curves stand side by side and their figures can be read."""
