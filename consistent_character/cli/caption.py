"""`caption`: step 3, from prompts to captions."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping

from consistent_character.captioning import CaptionPlan, CaptionRequest, CaptionRow, apply, plan, words_changed
from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.cli.flags import add_settings, given
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_folder, open_any
from consistent_character.documents import captioned
from consistent_character.progress import Progress

GO_ON = ()

_TOLD = {
    "token": "the word that stands for the character [the character's own]",
    "look": "the words that become the token [the character's own]",
}
_COLOURED = {"same": "{}", "removed": "\x1b[31m\x1b[9m{}\x1b[0m", "added": "\x1b[32m{}\x1b[0m"}
_PLAIN = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_folder(parser)
    add_settings(parser, CaptionRequest, told=_TOLD)
    parser.add_argument("--apply", action="store_true", help="rewrite the captions (undo brings back the exact bytes)")


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Plan, and carry the plan out if asked to. A folder without a character needs `--token` and `--look`."""
    flags = given(arguments, CaptionRequest)
    with open_any(arguments.folder, _stand_in(flags)) as folder:
        captions = plan(folder, request(flags, folder))
        written = len(captions.with_status("changed")) if arguments.apply else 0
        if arguments.apply:
            apply(folder, captions)
    style = _COLOURED if sys.stdout.isatty() else _PLAIN
    return Outcome(captioned(captions, written), [*_lines(captions, style), _ending(arguments, captions)])


def _stand_in(flags: Mapping[str, str]) -> Character | None:
    return Character(flags["token"], flags["look"]) if {"token", "look"} <= set(flags) else None


def request(flags: Mapping[str, object], folder: CharacterFolder) -> CaptionRequest:
    """The character's token and look, unless the call names others."""
    who = folder.character
    return CaptionRequest(**{"token": who.token, "look": who.look, **flags})  # type: ignore[arg-type]  # by argparse


def _lines(captions: CaptionPlan, style: Mapping[str, str]) -> Iterator[str]:
    for row in captions.with_status("changed"):
        yield f"{row.name}  {_difference(row, style)}"
    for row in (*captions.with_status("review"), *captions.with_status("undecodable")):
        yield f"{row.name}  left alone: {row.reason}"
    for rule, number in captions.rule_counts().items():
        yield f"{number:6} x {rule}"


def _difference(row: CaptionRow, style: Mapping[str, str]) -> str:
    return "".join(style[part.kind].format(part.text) for part in words_changed(row.before, row.after)).strip()


def _ending(arguments: argparse.Namespace, captions: CaptionPlan) -> str:
    changed = len(captions.with_status("changed"))
    left = len(captions.with_status("review")) + len(captions.with_status("undecodable"))
    look = f" {left} need a look and stay as they are." if left else ""
    if arguments.apply:
        return f"{changed} captions rewritten.{look} Next: consistent-character train {arguments.folder}"
    return (
        f"{changed} captions would change.{look} Nothing was written: add --apply to rewrite them; undo takes it back."
    )
