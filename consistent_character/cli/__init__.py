"""The command line: one subcommand a step. Parse, hand a frozen request to the step, show what came of it.

Exit codes: 0 done, 1 the job failed, 2 the call or the input is wrong, 130 stopped by Ctrl-C. What goes wrong and can
be mended is one line on standard error. With `--json`, standard output is one JSON document and nothing else.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence

from consistent_character import __version__
from consistent_character.cli.commands import COMMANDS, Command, find
from consistent_character.cli.outcome import show
from consistent_character.errors import Interrupted, UserError
from consistent_character.terminal import TerminalProgress

PROGRAM = "consistent-character"
_STOPPED = 130


def run() -> None:
    """The console script."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code. What nobody foresaw keeps its traceback."""
    command = find(arguments)
    parsed = _parser(command).parse_args(arguments)
    if command is None:
        raise AssertionError("the parser lets no unknown command pass")
    try:
        with TerminalProgress() as progress:
            outcome = command.module.run(parsed, progress)
        return show(outcome, as_json=parsed.json)
    except UserError as error:
        return _complain(" ".join(str(error).split()), 2)
    except Interrupted as stopped:
        return _complain(f"{stopped} {_how_to_go_on(arguments, command)}", _STOPPED)
    except KeyboardInterrupt:
        return _complain(f"Stopped. {_how_to_go_on(arguments, command)}", _STOPPED)
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _complain(line: str, code: int) -> int:
    sys.stderr.write(f"{line}\n")
    return code


def _how_to_go_on(arguments: Sequence[str], command: Command) -> str:
    again = [*arguments, *(flag for flag in command.module.GO_ON if flag not in arguments)]
    return f"To go on: {PROGRAM} {shlex.join(again)}"


def _parser(chosen: Command | None) -> argparse.ArgumentParser:
    """Every command's name and summary, and the flags of the chosen one: the others need not be imported."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description="From a described character to an embedding that brings it back."
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        one = commands.add_parser(command.name, help=command.summary, description=command.summary, allow_abbrev=False)
        if command is chosen:
            command.module.add_arguments(one)
            one.add_argument(
                "--json", action="store_true", help="print one JSON document on standard output, nothing else"
            )
    return parser
