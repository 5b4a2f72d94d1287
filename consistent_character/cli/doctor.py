"""`doctor`: what is here, what is missing."""

from __future__ import annotations

import argparse

from consistent_character import doctor
from consistent_character.cli.outcome import Outcome
from consistent_character.progress import Progress

GO_ON = ()

_MARKS = {"good": "ok     ", "unsure": "look   ", "bad": "missing"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to declare."""


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Look around; the exit code is 1 if something that is needed is missing."""
    findings = doctor.examine()
    ill = any(finding.verdict == "bad" for finding in findings)
    lines = [
        f"{_MARKS[found.verdict]}  {found.subject}: {found.detail}" + (f" -> {found.remedy}" if found.remedy else "")
        for found in findings
    ]
    return Outcome({"healthy": not ill, "findings": list(findings)}, lines, exit_code=1 if ill else 0)
