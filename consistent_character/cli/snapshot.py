"""`snapshot`: keep all captions as they are, list what was kept, bring it back."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from consistent_character.captioning import words_changed
from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.journal import CaptionBytes
from consistent_character.character.snapshots import Restoration, Restored, Snapshot
from consistent_character.cli.difference import marked
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_folder, open_any
from consistent_character.documents import restoring, snapshot_taken, snapshots_known
from consistent_character.errors import RequestError
from consistent_character.progress import Progress

GO_ON = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_folder(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="show the snapshots, the newest first")
    what.add_argument(
        "--restore", metavar="ID", type=int, help="show what bringing that snapshot back would change; needs --apply"
    )
    what.add_argument("--note", metavar="TEXT", default="", help="why the snapshot is taken")
    parser.add_argument(
        "--apply",
        action="store_true",
        help="with --restore: do it, after a snapshot of the present (undo takes it back)",
    )


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Take one, unless the call asks for something else. A plain folder of images will do.

    Raises:
        RequestError: `--apply` without the snapshot that is to be brought back.
    """
    if arguments.apply and arguments.restore is None:
        raise RequestError("--apply is for --restore ID: name the snapshot to bring back, or leave --apply out.")
    with open_any(arguments.folder, Character(token="nobody", look="nobody")) as folder:
        if arguments.list:
            known = folder.snapshots.all()
            lines = [_line(one) for one in known] or ["There is no snapshot yet: leave out --list to take one."]
            return Outcome(snapshots_known(known), lines)
        if arguments.restore is not None:
            return _restore(folder, arguments, progress)
        taken = folder.snapshots.take(arguments.note)
    return Outcome(snapshot_taken(taken), [f"Snapshot {taken.id}: {taken.captions} captions are kept as they are."])


def _restore(folder: CharacterFolder, arguments: argparse.Namespace, progress: Progress) -> Outcome:
    if arguments.apply:
        done = folder.snapshots.restore(arguments.restore, progress)
    else:
        done = Restored(folder.snapshots.plan(arguments.restore))
    plan = done.restoration
    return Outcome(restoring(done, folder.path), [*_changes(plan), *plan.left, _ending(done, applied=arguments.apply)])


def _line(one: Snapshot) -> str:
    return f"{one.id:4}  {one.time:%Y-%m-%d %H:%M} UTC  {one.captions} captions  {one.note}".rstrip()


def _changes(plan: Restoration) -> Iterator[str]:
    for edit in plan.edits:
        yield f"{edit.path.name}  {_told(edit)}"


def _told(edit: CaptionBytes) -> str:
    if edit.after is None:
        return "goes: there was no caption"
    before = (edit.before or b"").decode("utf-8", "replace")
    return marked(words_changed(before, edit.after.decode("utf-8", "replace")))


def _ending(done: Restored, *, applied: bool) -> str:
    number = len(done.restoration.edits)
    if not number:
        return "All captions are as in the snapshot already."
    if done.present is None or not applied:
        return f"{number} captions would change. Nothing was written: add --apply to bring them back."
    return f"{number} captions are as in the snapshot. How they were is snapshot {done.present.id}; undo works too."
