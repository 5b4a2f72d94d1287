"""A training run as the page shows it: its figures, its loss, what its forest watch sees, and how it ended."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing.watched import Watched, read_watched
from consistent_character.errors import FolderError
from consistent_character.report.markup import Html, element
from consistent_character.report.plots import loss_curve
from consistent_character.report.watching import watch_curves, watch_strip
from consistent_character.report.words import counted
from consistent_character.training import TrainingRun, open_run
from consistent_character.training.ending import read_ending
from consistent_character.ui.pieces import facts, note


def standing(folder: CharacterFolder, path: Path, *, at_work: bool) -> Html:
    """A run so far; `at_work` tells whether a job is busy with it now."""
    losses = read_losses(path / "loss.csv")
    watched = read_watched(path)
    run = _opened(folder, path)
    figures = facts(_figures(losses, watched, path))
    curves = element("div", _loss(losses), _watch(run, watched, losses), class_="cc-pair")
    said = [*_ending(path, run, losses, at_work), *_said(path, watched)]
    strip = watch_strip(watched, path) if watched else ""
    return element("div", element("h3", f"Run {path.name}"), figures, *said, curves, strip, class_="cc-run")


def read_losses(path: Path) -> list[tuple[int, float]]:
    """Step and loss of every whole line of a `loss.csv`; none if there is no file yet."""
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    column = rows[0].index("loss") if rows and "loss" in rows[0] else 1
    return [(int(row[0]), float(row[column])) for row in rows if len(row) > column and row[0].isdigit()]


def outcome_of(run: TrainingRun) -> tuple[str, Literal["good", "warning"]]:
    """What has come of a run that has just ended, in a sentence or two; and whether that is `good` or a `warning`."""
    watched = read_watched(run.path)
    ending = read_ending(run.path)
    told = ending.words if ending else " ".join(("Trained.", watched.words if watched else "")).strip()
    fine = run.iterations and (watched is None or (watched.onset is None and not watched.cannot_tell))
    return f"{told} {_saved(run)}", "good" if fine else "warning"


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


def _figures(losses: Sequence[tuple[int, float]], watched: Watched | None, path: Path) -> list[tuple[str, str]]:
    saved = len(list((path / "embeddings").glob("*.pt")))
    figures = [
        (f"{losses[-1][0]:,}" if losses else "0", "steps"),
        (f"{saved:,}", "iterations saved"),
        (f"{losses[-1][1]:.4f}" if losses else "none yet", "last loss"),
    ]
    if watched and watched.seen and not watched.cannot_tell:
        last = watched.seen[-1]
        figures.append((f"{last.scene:.2f}", f"scene at step {last.step}"))
        if last.likeness is not None:
            figures.append((f"{last.likeness:.2f}", "likeness"))
        figures.append((last.verdict, "says the forest watch"))
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


def _said(path: Path, watched: Watched | None) -> Iterator[Html]:
    """What the forest watch has to say while a run goes on and afterwards, unless its ending says it already."""
    if watched is None:
        return
    if watched.words and read_ending(path) is None:
        yield note(watched.words, "warning" if watched.cannot_tell or watched.onset is not None else "")
    yield from (note(words) for words in watched.notes)


def _loss(losses: Sequence[tuple[int, float]]) -> Html:
    if len(losses) < 2:
        return Html("")
    legend = _legend("loss: thin for each step, thick for its running mean", "likeness")
    return element("figure", loss_curve(losses, width=_WIDTH), legend, class_="cc-figure")


def _watch(run: TrainingRun | None, watched: Watched | None, losses: Sequence[tuple[int, float]]) -> Html:
    if watched and watched.seen and not watched.cannot_tell:
        last = max(watched.seen[-1].step, losses[-1][0] if losses else 0)
        drawn = watch_curves(watched, last, _WIDTH)
        scene = _legend("scene: 1 = as the class word draws it, 0 = the training backdrop", "scene")
        likeness = _legend("likeness: 1 = the character, 0 = whom the class word draws", "likeness")
        return element("figure", drawn, scene, likeness, class_="cc-figure cc-watch")
    return note(_unseen(run)) if run is not None and not (watched and watched.cannot_tell) else Html("")


def _unseen(run: TrainingRun) -> str:
    if run.forest_watch == "off":
        return "The forest watch is off for this run."
    if not run.request.preview_every:
        return "The forest watch looks as often as there are previews: this run makes none."
    every = max(run.request.preview_every, run.request.save_every)
    return f"The forest watch judges the first iteration after {counted(every, 'step')}."


def _legend(words: str, key: str) -> Html:
    return element("figcaption", element("span", words, class_=f"cc-key cc-key-{key}"), class_="cc-legend")


_WIDTH = 5.4
"""Inches: half of the panel's width, so that both curves stand side by side and their figures can be read."""
