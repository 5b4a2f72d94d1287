"""`train`: step 4, the embedding."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from consistent_character.character.folder import CharacterFolder
from consistent_character.cli.flags import add_settings, given
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_engine, add_folder, find_run, load_engine, open_folder
from consistent_character.documents import checked, trained
from consistent_character.engine import Engine
from consistent_character.progress import Progress
from consistent_character.training import Finding, TrainingRun, TrainingSettings, preflight, resume, train

GO_ON = ("--resume",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_folder(parser)
    add_settings(parser, TrainingSettings)
    parser.add_argument(
        "--resume", nargs="?", const="", metavar="RUN", help="go on with a run that was stopped [the newest]"
    )
    parser.add_argument("--check", action="store_true", help="only look for what would spoil the run")
    add_engine(parser)


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Look before, then train, or go on with a run."""
    with open_folder(arguments.folder) as folder:
        engine = load_engine(arguments, folder)
        if arguments.resume is not None:
            gone_on = resume(folder, find_run(folder, arguments.resume or None), engine, progress)
            return _told(gone_on, (), folder)
        wanted = settings(arguments, folder, engine)
        findings = preflight(folder, wanted, engine)
        if arguments.check:
            return _checked(findings)
        _warn(findings)
        return _told(train(folder, wanted, engine, progress), findings, folder)


def settings(arguments: argparse.Namespace, folder: CharacterFolder, engine: Engine) -> TrainingSettings:
    """The character's own settings, changed by the flags."""
    own = TrainingSettings.for_character(folder.character, engine.checkpoint.size)
    return own.with_changes(**given(arguments, TrainingSettings))


def _warn(findings: Sequence[Finding]) -> None:
    for finding in findings:
        if finding.severity != "error":  # the first error is what `train` raises
            sys.stderr.write(f"{finding.severity}: {finding}\n")


def _checked(findings: Sequence[Finding]) -> Outcome:
    document = checked(findings)
    lines = [f"{finding.severity}: {finding}" for finding in findings] or ["Nothing that would spoil a run was found."]
    return Outcome(document, lines, exit_code=1 if document["errors"] else 0)


def _told(run: TrainingRun, findings: Sequence[Finding], folder: CharacterFolder) -> Outcome:
    iterations = run.iterations
    steps = f"{len(iterations)} iterations" + (f", the last after {iterations[-1].step} steps" if iterations else "")
    return Outcome(trained(run, findings), [f"{run.path}: {steps}.", f"Next: {_next(folder.path, run.path)}"])


def _next(folder: Path, run: Path) -> str:
    return f"consistent-character choose {folder} --run {run.name}"
