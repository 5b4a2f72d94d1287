"""`train`: step 4, the embedding."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing.watched import read_watched
from consistent_character.choosing.watching import Watcher
from consistent_character.cli.flags import add_settings, given
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_engine, add_folder, find_run, load_engine, load_sight, open_folder
from consistent_character.cli.telling import tell_above
from consistent_character.documents import checked, mended, trained
from consistent_character.engine import Engine
from consistent_character.mending import Mended, mend_findings
from consistent_character.progress import Progress
from consistent_character.training import Finding, TrainingRun, TrainingSettings, preflight, resume, train
from consistent_character.training.ending import read_ending

GO_ON = ("--resume",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_folder(parser)
    add_settings(parser, TrainingSettings)
    parser.add_argument(
        "--resume", nargs="?", const="", metavar="RUN", help="go on with a run that was stopped [the newest]"
    )
    for how, does in (("watch", "judges every saved iteration"), ("stop", "also ends the run once it is overtrained")):
        parser.add_argument(
            f"--{how}",
            dest="forest_watch",
            action="store_const",
            const=how,
            default=argparse.SUPPRESS,
            help=f"the same as --forest-watch {how}: {does}",
        )
    parser.add_argument("--check", action="store_true", help="only look for what would spoil the run")
    parser.add_argument(
        "--fix", action="store_true", help="first mend what a program can of what would spoil it (undo takes it back)"
    )
    add_engine(parser)


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Look before, then train, or go on with a run."""
    with open_folder(arguments.folder) as folder, load_sight(folder) as sight:
        engine = load_engine(arguments, folder)
        if arguments.checkpoint is not None:  # said here, it goes before the character's own
            folder.character = replace(folder.character, checkpoint="")
        watcher = Watcher(folder, engine, tell_above(progress), sight)
        if arguments.resume is not None:
            gone_on = resume(folder, find_run(folder, arguments.resume or None), engine, progress, watcher=watcher)
            return _told(gone_on, (), folder)
        wanted = settings(arguments, folder, engine)
        if arguments.fix:
            done = mend_findings(folder, wanted, engine, progress)
            if arguments.check:
                return _mended(done)
            sys.stderr.write("".join(f"{line}\n" for line in _fixes(done)))
            wanted, findings = done.settings, done.findings
        else:
            findings = preflight(folder, wanted, engine)
        if arguments.check:
            return _checked(findings)
        _warn(findings)
        return _told(train(folder, wanted, engine, progress, watcher=watcher), findings, folder)


def settings(arguments: argparse.Namespace, folder: CharacterFolder, engine: Engine) -> TrainingSettings:
    """The character's own settings, changed by the flags."""
    own = TrainingSettings.for_character(folder.character, engine.checkpoint.size)
    return own.with_changes(**given(arguments, TrainingSettings))


def _warn(findings: Sequence[Finding]) -> None:
    raised = next(
        (finding for finding in findings if finding.severity == "error"), None
    )  # by `train`, as its last line
    for finding in findings:
        if finding is not raised:
            sys.stderr.write(f"{_line(finding)}\n")
    if any(finding.severity == "error" and finding.fix for finding in findings):
        sys.stderr.write("With --fix these are mended first, as far as a program can.\n")


def _line(finding: Finding) -> str:
    mends = f" (--fix: {finding.fix.label})" if finding.fix else ""
    return f"{finding.severity}: {finding}{mends}"


def _fixes(done: Mended) -> list[str]:
    fixed = [f"mended: {finding.message} ({finding.fix.label if finding.fix else ''})" for finding in done.mended]
    return [*fixed, *(f"not mended: {finding.message} {reason}" for finding, reason in done.left)]


def _mended(done: Mended) -> Outcome:
    document, still = mended(done), _checked(done.findings)
    return Outcome(document, [*_fixes(done), *still.lines], still.exit_code)


def _checked(findings: Sequence[Finding]) -> Outcome:
    document = checked(findings)
    lines = [_line(finding) for finding in findings] or ["Nothing that would spoil a run was found."]
    return Outcome(document, lines, exit_code=1 if document["errors"] else 0)


def _told(run: TrainingRun, findings: Sequence[Finding], folder: CharacterFolder) -> Outcome:
    iterations = run.iterations
    steps = f"{len(iterations)} iterations" + (f", the last after {iterations[-1].step} steps" if iterations else "")
    lines = [f"{run.path}: {steps}.", *_watched(run), f"Next: {_next(folder.path, run.path)}"]
    return Outcome(trained(run, findings), lines)


def _watched(run: TrainingRun) -> list[str]:
    """What the forest watch made of the run."""
    if ending := read_ending(run.path):
        return [ending.words]
    watched = read_watched(run.path)
    return [watched.words] if watched and watched.words else []


def _next(folder: Path, run: Path) -> str:
    return f"consistent-character choose {folder} --run {run.name}"
