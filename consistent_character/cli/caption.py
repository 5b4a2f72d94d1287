"""`caption`: step 3, from prompts to captions."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

from consistent_character.captioning import CaptionPlan, CaptionRequest, CaptionRow, apply, plan
from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.cli.difference import COLOURED, PLAIN, Style, marked
from consistent_character.cli.flags import add_settings, given
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_folder, open_any
from consistent_character.documents import captioned
from consistent_character.progress import Progress
from consistent_character.prompts import infotext
from consistent_character.report.words import counted, word_difference

GO_ON = ()

_TOLD = {
    "token": "the word that stands for the character [the character's own]",
    "look": "the words that become the token [the character's own]",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_folder(parser)
    add_settings(parser, CaptionRequest, told=_TOLD)
    parser.add_argument("--spare", nargs="+", default=(), metavar="IMAGE", help="leave the captions of these images")
    parser.add_argument("--accept", nargs="+", default=(), metavar="IMAGE", help="take the offers for these images")
    parser.add_argument("--show", metavar="RULE", help="print only changes by this rule, as the counts name it")
    parser.add_argument("--apply", action="store_true", help="rewrite the captions (undo brings back the exact bytes)")


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Plan, and carry the plan out if asked to. A folder without a character needs `--token` and `--look`."""
    flags = given(arguments, CaptionRequest)
    with open_any(arguments.folder, _stand_in(flags)) as folder:
        captions = plan(folder, request(flags, folder)).without(arguments.spare).accepting(arguments.accept)
        written = len(captions.with_status("changed")) if arguments.apply else 0
        if arguments.apply:
            apply(folder, captions, progress)
    style = COLOURED if sys.stdout.isatty() else PLAIN
    return Outcome(
        captioned(captions, written), [*_lines(captions, style, arguments.show), _ending(arguments, captions)]
    )


def _stand_in(flags: Mapping[str, str]) -> Character | None:
    return Character(flags["token"], flags["look"]) if {"token", "look"} <= set(flags) else None


def request(flags: Mapping[str, object], folder: CharacterFolder) -> CaptionRequest:
    """The character's token and look, unless the call names others."""
    who = folder.character
    return CaptionRequest(**{"token": who.token, "look": who.look, **flags})  # type: ignore[arg-type]  # by argparse


def _lines(captions: CaptionPlan, style: Style, rule: str | None) -> Iterator[str]:
    changed = [row for row in captions.with_status("changed") if rule is None or rule in row.rules]
    for rows in _alike(changed, _change):
        yield f"{_names(rows)}  {_difference(rows[0], style)}"
    left = (*captions.with_status("review"), *captions.with_status("undecodable"))
    for row in filter(attrgetter("is_offer"), left):
        yield f"{row.name}  left alone: {row.reason}; with --accept {row.name} it becomes: {_difference(row, style)}"
    for rows in _alike((row for row in left if not row.is_offer), attrgetter("reason")):
        yield f"{_names(rows)}  left alone: {rows[0].reason}"
    for name, number in captions.rule_counts().items():
        yield f"{number:6} x {name}"


def _alike(rows: Iterable[CaptionRow], key: Callable[[CaptionRow], Hashable]) -> Iterable[list[CaptionRow]]:
    """The rows that are told as one, in the order of the first of each."""
    groups: dict[Hashable, list[CaptionRow]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups.values()


def _change(row: CaptionRow) -> Hashable:
    """What becomes of its prompt: a grid has many pictures of one."""
    return infotext.prompt_of(row.before), row.after


def _names(rows: Sequence[CaptionRow]) -> str:
    return rows[0].name if len(rows) == 1 else f"{rows[0].name} and {len(rows) - 1} more"


def _difference(row: CaptionRow, style: Style) -> str:
    return marked(word_difference(row.before, row.after), style)


def _ending(arguments: argparse.Namespace, captions: CaptionPlan) -> str:
    changed = len(captions.with_status("changed"))
    left = len(captions.with_status("review")) + len(captions.with_status("undecodable"))
    look = f" {counted(left, 'caption')} left as before, for you to look at." if left else ""
    if arguments.apply:
        return f"{changed} captions rewritten.{look} Next: consistent-character train {arguments.folder}"
    return (
        f"{changed} captions would change.{look} Nothing was written: add --apply to rewrite them; undo takes it back."
    )
