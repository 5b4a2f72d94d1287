"""`promote`: the chosen iteration, put to use and made ready to publish."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from consistent_character.choosing import Promoted, PromoteRequest, promote
from consistent_character.choosing.shelves import FolderShelf
from consistent_character.cli.flags import add_settings, given
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_engine, add_folder, find_run, load_engine, load_sight, open_folder
from consistent_character.documents import put_to_use
from consistent_character.progress import Progress

GO_ON = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_folder(parser, run=True)
    parser.add_argument(
        "--to", metavar="FOLDER", type=Path, help="put it into this folder too, such as a web UI's embeddings"
    )
    add_settings(parser, PromoteRequest)
    add_engine(parser)


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Draw the samples, write file and card, and copy the embedding to the folder that is named."""
    with open_folder(arguments.folder) as folder:
        path = find_run(folder, arguments.run)
        engine = load_engine(arguments, folder)
        request = PromoteRequest(**given(arguments, PromoteRequest))
        place = FolderShelf(arguments.to, engine.vocabulary) if arguments.to is not None else None
        with load_sight(folder) as sight:
            done = promote(folder, path, request, engine, place, progress, sight)
    return Outcome(put_to_use(done), list(_lines(done)))


def _lines(done: Promoted) -> Iterator[str]:
    yield f"Step {done.step} is {done.path}: write {done.name} into a prompt."
    for path in done.aside:
        yield f"What had that name before is kept: {path}. To go back to it, copy it over the new one."
    yield f"Weight {done.weight:g}: {done.weight_reason}"
    yield f"Model card, with samples beside it: {done.card}"
