"""demo, ui and test: what each needs installed, and what it runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from consistent_character.errors import UserError
from consistent_character.starting.environment import Environment

USAGE = """\
python3 start.py demo [--out DIR]            make a character from nothing to a verdict, on the cartoon world
python3 start.py ui [--checkpoint FILE]      open the tab on its own, in the browser
python3 start.py test                        run every check and every test

What follows the word is passed on; `python3 start.py demo --help` tells what there is.
"""

STANDALONE = frozenset({"standalone"})
TEST = frozenset({"standalone", "test"})

Call = Callable[[Sequence[str], Path], int]
"""Runs a command in a folder with this terminal as its own; returns its exit code."""


def main(arguments: Sequence[str]) -> int:
    """Do what was asked for; returns the exit code."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        sys.stdout.write(USAGE)
        return 0
    if arguments[0] not in ("demo", "ui", "test"):
        sys.stderr.write(f'There is no "{arguments[0]}" here: python3 start.py demo, ui or test.\n')
        return 2
    try:
        return _go(Environment(Path(__file__).resolve().parents[2]), arguments[0], arguments[1:])
    except UserError as error:
        return _stop(str(error))
    except KeyboardInterrupt:
        return _stop("Stopped. Run it again to go on.")


def _stop(line: str) -> int:
    sys.stderr.write(f"{line}\n")
    return 1


def _go(environment: Environment, command: str, rest: Sequence[str]) -> int:
    environment.prepare(TEST if command == "test" else STANDALONE, listen, _say)
    if command == "test":
        return test(environment, rest, call)
    return call((str(environment.python), "-m", "consistent_character", command, *rest), Path.cwd())


def test(environment: Environment, rest: Sequence[str], call: Call) -> int:
    """Run the checks, then pytest, whose summary is the last thing said; 0 only if all of them passed."""
    python, root = str(environment.python), environment.root
    checks: Mapping[str, Sequence[str]] = {
        "ruff": (python, "-m", "ruff", "check", "."),
        "mypy": (python, "-m", "mypy"),
        "import-linter": (python, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"),
    }
    failed = [name for name, check in checks.items() if call(check, root) != 0]
    _say(f"Checks that failed, see above: {', '.join(failed)}." if failed else "ruff, mypy and import-linter: passed.")
    tests = call((python, "-m", "pytest", *rest), root)
    return tests or int(bool(failed))


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _surroundings() -> dict[str, str]:
    """What is set for every program we run: UTF-8 everywhere, and nothing of the user's own packages."""
    return {**os.environ, "PYTHONUTF8": "1", "PYTHONNOUSERSITE": "1", "PIP_USER": "0"}


def listen(command: Sequence[str], folder: Path, hear: Callable[[str], None]) -> int:
    """Run a command, telling each line of what it says."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**_surroundings(), "LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            hear(line.rstrip())
    return process.returncode


def call(command: Sequence[str], folder: Path) -> int:
    """Run a command in this terminal; Ctrl-C is for the command, which ends in its own way."""
    with subprocess.Popen(command, cwd=folder, env=_surroundings()) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue
