"""`choose`: step 5, which iteration to use."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace

from consistent_character.choosing import ForestRequest, ForestTest, forest_test
from consistent_character.cli.flags import add_settings, given
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_engine, add_folder, find_run, load_engine, open_folder
from consistent_character.documents import chosen
from consistent_character.engine import Engine
from consistent_character.progress import Progress

GO_ON = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_folder(parser)
    parser.add_argument("--run", metavar="RUN", help="a run's name or path [the newest]")
    add_settings(parser, ForestRequest)
    add_engine(parser)


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Render every iteration in a forest with the same seeds, and judge."""
    with open_folder(arguments.folder) as folder:
        path = find_run(folder, arguments.run)
        engine = load_engine(arguments, folder)
        own = replace(request(engine), class_word=folder.character.initialization_text)
        test = forest_test(folder, path, replace(own, **given(arguments, ForestRequest)), engine, progress)
    return Outcome(chosen(path, test), list(_lines(test)))


def request(engine: Engine) -> ForestRequest:
    """The defaults, in the checkpoint's own size."""
    return ForestRequest(width=engine.checkpoint.size, height=engine.checkpoint.size)


def _lines(test: ForestTest) -> Iterator[str]:
    yield "  step  scene  likeness"
    for found in test.iterations:
        yield f"{found.step:6}  {found.scene:5.2f}  {found.likeness:8.2f}  {found.verdict}: {found.reason}"
    if test.cannot_tell:
        yield f"This cannot be judged: {test.cannot_tell}"
        return
    yield f"Overtrained from step {test.onset}." if test.onset is not None else "No overtraining found."
    yield (
        f"Use step {test.recommended}: {test.why}" if test.recommended is not None else f"Use none of these: {test.why}"
    )
