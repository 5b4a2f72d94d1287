"""`compare`: all tested runs of a character beside each other."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_folder, open_folder
from consistent_character.documents import compared
from consistent_character.progress import Progress
from consistent_character.report.comparison import RESULTS, columns, row_of
from consistent_character.report.comparison_page import write_comparison
from consistent_character.report.history import JudgedRun, judged_runs

GO_ON = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_folder(parser)
    parser.add_argument("--out", metavar="FILE", type=Path, help="write a page (.html) or a picture (.png) as well")


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Read every run's forest test; nothing is drawn, and nothing in the folder is changed."""
    with open_folder(arguments.folder) as folder:
        runs = judged_runs(folder)
        written = [write_comparison(arguments.out, folder.character.token, runs)] if arguments.out else []
    return Outcome(compared(runs), [*_lines(runs), *(f"Written: {path}" for path in written)])


def _lines(runs: Sequence[JudgedRun]) -> Iterator[str]:
    if not runs:
        yield "No run has been tested yet: “choose” tests one."
        return
    names = columns(runs)
    rows = [("", "run", *names, *RESULTS), *((str(n), one.name, *row_of(one, names)) for n, one in enumerate(runs, 1))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    for number, one in enumerate(runs, 1):
        if note := one.problem or (one.test.cannot_tell if one.test else ""):
            yield f"{number}: {note}"
