"""`undo`: take the last applied batch back."""

from __future__ import annotations

import argparse
from pathlib import Path

from consistent_character.character.character import Character
from consistent_character.character.store import DATABASE_NAME
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_folder, open_any
from consistent_character.documents import undone
from consistent_character.progress import Progress

GO_ON = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_folder(parser)


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Take it back, and say what could not be."""
    with open_any(arguments.folder, _nobody(arguments.folder)) as folder:
        report = folder.undo()
    what = "captions" if report.kind == "captions" else "files"
    lines = [f"“{report.title}” is taken back: {report.restored} {what} are as they were before.", *report.left]
    return Outcome(undone(report), lines)


def _nobody(folder: Path) -> Character | None:
    """A stand-in for a plain folder whose captions were rewritten: it has a journal, but no character."""
    return Character(token="nobody", look="nobody") if (folder / DATABASE_NAME).exists() else None
