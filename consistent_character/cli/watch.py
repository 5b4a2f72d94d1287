"""`watch`: every saved iteration of a run that another program trains, judged as it appears."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from consistent_character.character.folder import CHARACTER_FILE, CharacterFolder
from consistent_character.choosing import ForestRequest
from consistent_character.choosing.following import NOT_ASKED, SEEDS, Followed, FollowRequest, Services, follow
from consistent_character.choosing.foreign import ForeignRequest
from consistent_character.cli.flags import add_settings, given
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_any_run, add_engine, find_run, load_engine, load_sight, open_folder
from consistent_character.cli.telling import tell_above
from consistent_character.documents import watched_run
from consistent_character.engine import Engine
from consistent_character.progress import Progress

GO_ON = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_any_run(parser)
    add_settings(parser, ForeignRequest)
    add_settings(parser, FollowRequest)
    add_settings(parser, ForestRequest, skip=NOT_ASKED)
    add_engine(parser)


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Judge what is there, then what comes, until the run is over."""
    path: Path = arguments.folder
    if (path / CHARACTER_FILE).is_file():
        with open_folder(path) as folder:
            return _followed(find_run(folder, arguments.run), folder, arguments, progress)
    return _followed(path, None, arguments, progress)


def _followed(path: Path, folder: CharacterFolder | None, arguments: argparse.Namespace, progress: Progress) -> Outcome:
    engine = load_engine(arguments, folder)
    usual = _usual(engine, folder.character.initialization_text if folder else ForestRequest.class_word)
    with load_sight(folder) as sight:
        found = follow(
            path,
            replace(usual, **given(arguments, ForestRequest)),
            Services(engine, progress, tell_above(progress), sight=sight),
            ForeignRequest(**given(arguments, ForeignRequest)),
            FollowRequest(**given(arguments, FollowRequest)),
        )
    return Outcome(watched_run(found.path, found.watched), list(_lines(found)))


def _usual(engine: Engine, class_word: str) -> ForestRequest:
    """The defaults, in the checkpoint's own size, with as many seeds as a watch takes."""
    size = engine.checkpoint.size
    return ForestRequest(class_word=class_word, seeds=SEEDS, width=size, height=size)


def _lines(found: Followed) -> Iterator[str]:
    watched = found.watched
    yield "  step  scene  likeness"
    for seen in watched.seen:
        likeness = "" if seen.likeness is None else f"{seen.likeness:.2f}"
        yield f"{seen.step:6}  {seen.scene:5.2f}  {likeness:>8}  {seen.verdict}: {seen.reason}"
    yield from watched.notes
    yield watched.words
    if watched.why and not watched.cannot_tell:
        yield watched.why
    yield f"Kept in {found.path}."
