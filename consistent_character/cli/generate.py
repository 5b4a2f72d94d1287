"""`generate`: step 1, the zoom x angle grid."""

from __future__ import annotations

import argparse
from pathlib import Path

from consistent_character.cli.flags import add_settings, given
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_engine, add_folder, load_engine, open_folder
from consistent_character.documents import drawn
from consistent_character.engine import Engine
from consistent_character.generating import GridRequest, generate
from consistent_character.progress import Progress

GO_ON = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_folder(parser)
    add_settings(parser, GridRequest)
    add_engine(parser)


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Draw what is not there yet."""
    with open_folder(arguments.folder) as folder:
        engine = load_engine(arguments, folder)
        result = generate(folder, request(arguments, engine), engine, progress)
    done = f"{result.drawn} images drawn, {result.existing} were there already, of {result.planned}."
    return Outcome(drawn(result), [done, next_step(folder.path)])


def request(arguments: argparse.Namespace, engine: Engine) -> GridRequest:
    """The call's grid, in the checkpoint's own size unless another one is asked for."""
    size = engine.checkpoint.size
    return GridRequest(**{"width": size, "height": size, **given(arguments, GridRequest)})


def next_step(folder: Path) -> str:
    """What comes after this step."""
    return f"Next: consistent-character curate {folder}"
