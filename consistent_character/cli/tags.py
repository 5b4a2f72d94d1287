"""`tags`: the phrases of the captions by count, and the captions that have one or lack it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from consistent_character.captioning import editing
from consistent_character.captioning.editing import Caption
from consistent_character.captioning.tags import chosen, frequencies
from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_folder, open_any
from consistent_character.documents import tagged
from consistent_character.progress import Progress

GO_ON = ()

_NOBODY = Character(token="nobody", look="nobody")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_folder(parser)
    parser.add_argument("--with", dest="has", metavar="TAG", help="only captions that have this phrase; lists them")
    parser.add_argument("--without", dest="lacks", metavar="TAG", help="only captions that lack it; lists them")


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Count, or list; any folder of images and .txt will do. No caption is changed."""
    found = _captions(arguments.folder)
    named = bool(arguments.has or arguments.lacks)
    captions = [found[place] for place in chosen([one.text for one in found], arguments.has, arguments.lacks)]
    lines = _listed(captions) if named else _counted(captions)
    told = f"{len(captions)} of {len(found)} captions." if named else f"{len(found)} captions."
    return Outcome(tagged(captions), [*lines, told])


def _captions(path: Path) -> Sequence[Caption]:
    with open_any(path, _NOBODY) as folder:
        return _with_text(folder)


def _with_text(folder: CharacterFolder) -> Sequence[Caption]:
    return [caption for caption in editing.captions(folder) if caption.stored is not None]


def _listed(captions: Sequence[Caption]) -> Iterator[str]:
    for caption in captions:
        yield f"{caption.pair.image.name}  {' '.join(caption.text.split())}"


def _counted(captions: Sequence[Caption]) -> Iterator[str]:
    for tag, count in frequencies(caption.text for caption in captions).items():
        yield f"{count:6} x {tag}"
