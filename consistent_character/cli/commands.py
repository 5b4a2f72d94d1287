"""The table of commands. A command's module is imported when it is the one that was asked for."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from consistent_character.cli.outcome import Outcome
from consistent_character.progress import Progress


class Subcommand(Protocol):
    """What a subcommand's module holds."""

    @property
    def GO_ON(self) -> Sequence[str]:
        """Flags that, added to the same call, go on with a stopped job."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the flags."""

    def run(self, arguments: argparse.Namespace, progress: Progress) -> Outcome:
        """Do it."""


@dataclass(frozen=True)
class Command:
    """One line of the table."""

    name: str
    summary: str

    @property
    def module(self) -> Subcommand:
        """The code behind it."""
        return cast(Subcommand, importlib.import_module(f"consistent_character.cli.{self.name}"))


COMMANDS = (
    Command("new", "start a character folder"),
    Command("token", "what the base model makes of the token: whether it is free, and how long it is"),
    Command("generate", "step 1: draw the zoom x angle grid; goes on where it stopped"),
    Command("curate", "step 2: analyse, suggest what to keep; --apply moves the rejected out of the way"),
    Command("caption", "step 3: plan the captions and show the difference; --apply rewrites them"),
    Command("tags", "how often each phrase of the captions is used, and which captions have one or lack it"),
    Command("snapshot", "keep all captions as they are; --list shows what was kept, --restore brings it back"),
    Command("undo", "take the last applied batch back: captions or moves"),
    Command("train", "step 4: look for what would spoil the run, train the embedding, watch it"),
    Command("choose", "step 5: the forest test over a run's iterations; names the one to use"),
    Command("validate", "after step 5: the iteration in other places, outfits, hair, styles, on other checkpoints"),
    Command("promote", "put the chosen iteration where prompts find it, with a model card and samples to publish"),
    Command("compare", "all tested runs of a character beside each other, in a table, a page or a picture"),
    Command("watch", "judge each saved iteration of a run that another program trains, as it appears"),
    Command("export", "copy the kept pairs in the form that other trainers want"),
    Command("doctor", "what is here, what is missing, and what to do about it"),
    Command("ui", "the tab on its own, in the browser"),
    Command("demo", "the whole job on the cartoon world, with a report at the end"),
)


def find(arguments: Sequence[str]) -> Command | None:
    """The command that a call names, if it names one."""
    names = [argument for argument in arguments if not argument.startswith("-")]
    return next((command for command in COMMANDS if names and command.name == names[0]), None)
