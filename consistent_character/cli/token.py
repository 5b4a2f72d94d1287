"""`token`: what the base model makes of the token before anything is trained."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace

from consistent_character.character.folder import CharacterFolder
from consistent_character.cli.flags import add_settings, given
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_engine, add_folder, load_engine, open_folder
from consistent_character.documents import looked_at
from consistent_character.generating.token_check import TokenCheck, TokenRequest, check_the_token
from consistent_character.progress import Progress
from consistent_character.report.words import counted

GO_ON = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_folder(parser)
    add_settings(parser, TokenRequest)
    add_engine(parser)


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Draw the token alone and made-up words beside it, and say whether it is free."""
    with open_folder(arguments.folder) as folder:
        engine = load_engine(arguments, folder)
        own = TokenRequest(width=engine.checkpoint.size, height=engine.checkpoint.size)
        found = check_the_token(folder, replace(own, **given(arguments, TokenRequest)), engine, progress)
        lines = list(_lines(found, folder))
    return Outcome(looked_at(found), lines)


def _lines(found: TokenCheck, folder: CharacterFolder) -> Iterator[str]:
    yield f"{found.token} is {found.answer}; the bare word takes {counted(found.tokens, 'token')} of a prompt."
    yield from found.reasons
    if found.pictures:
        yield f"Its pictures and the made-up words': {(folder.path / found.pictures[0]).parent}"
