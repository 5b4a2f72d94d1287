"""`demo`: the whole job on the cartoon world."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_engine, installed, load_engine
from consistent_character.progress import Progress

GO_ON = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path("demo-out"), help="where to [demo-out]")
    add_engine(parser)


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Make a character, twice, and write the report; goes on where an earlier call stopped."""
    with installed():
        from consistent_character.demo import run_demo
    page = run_demo(arguments.out, load_engine(arguments), progress)
    report = json.loads((page.parent / "report.json").read_text(encoding="utf-8"))
    return Outcome(
        {"report": page, **report}, [*(_line(run) for run in report["runs"]), f"The report: {page.resolve()}"]
    )


def _line(run: dict[str, Any]) -> str:
    none = "when it is overtrained cannot be told" if run["cannot_tell"] else "no overtraining found"
    onset = none if run["onset"] is None else f"overtrained from step {run['onset']}"
    choice = "none can be used" if run["recommended"] is None else f"use step {run['recommended']}"
    return f"{run['name']}: {onset}; {choice}."
