"""`doctor`: what is here, what is missing."""

from __future__ import annotations

import argparse

from consistent_character import doctor
from consistent_character.cli.outcome import Outcome
from consistent_character.progress import Progress
from consistent_character.vision.seeing import installing

GO_ON = ()

_MARKS = {"good": "ok     ", "unsure": "look   ", "bad": "missing"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be installed."""
    meaning = "download what recognises people and faces in photographs (200 MB), into a folder of its own"
    parser.add_argument("--install", choices=("seeing",), help=meaning)


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Look around; the exit code is 1 if something that is needed is missing.

    Raises:
        RequestError: what was to be installed cannot be.
    """
    if arguments.install:
        return _install(progress)
    findings = doctor.examine()
    ill = any(finding.verdict == "bad" for finding in findings)
    lines = [
        f"{_MARKS[found.verdict]}  {found.subject}: {found.detail}" + (f" -> {found.remedy}" if found.remedy else "")
        for found in findings
    ]
    return Outcome({"healthy": not ill, "findings": list(findings)}, lines, exit_code=1 if ill else 0)


def _install(progress: Progress) -> Outcome:
    progress.begin("Installing", installing.PARTS)
    there = installing.install(lambda note: progress.advance(1, note))
    hint = installing.seeing_hint()
    lines = [f"Installed: {there.name}, at {there.folder}.", *([hint] if hint else [])]
    return Outcome({"installed": there.name, "folder": str(there.folder), "hint": hint}, lines)
