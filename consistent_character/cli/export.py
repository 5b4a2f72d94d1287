"""`export`: the kept pairs in the form that other trainers want."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from consistent_character.character.folder import CharacterFolder, Pair
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_folder, open_folder
from consistent_character.errors import CaptionError, FolderError
from consistent_character.progress import Progress

GO_ON = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_folder(parser)
    parser.add_argument("--format", required=True, choices=("kohya", "imagefolder"), help="whose form")
    parser.add_argument("--out", metavar="DIR", type=Path, help="where to [DIR-kohya or DIR-imagefolder, beside DIR]")
    parser.add_argument(
        "--repeats", metavar="N", type=int, default=10, help="kohya: how often an epoch shows each image [10]"
    )


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Copy the pairs into a new folder; the character folder stays as it is."""
    with open_folder(arguments.folder) as folder:
        pairs = folder.pairs()
        if not pairs:
            raise FolderError(f"{folder.images} holds no images to export: generate some first.")
        captions = [read_caption(pair) for pair in pairs]
        target = arguments.out or folder.path.resolve().with_name(f"{folder.path.resolve().name}-{arguments.format}")
        images = _new_folder(target, _within(folder, arguments))
        progress.begin("Copying images", len(pairs))
        copy(pairs, images, progress)
        write_captions(arguments.format, images, pairs, captions)
    return Outcome(
        {"folder": target, "images": len(pairs), "format": arguments.format},
        [f"{len(pairs)} images and captions are in {images}."],
    )


def _within(folder: CharacterFolder, arguments: argparse.Namespace) -> str:
    """Where in the new folder the images go: kohya reads repeats and class from the name."""
    character = folder.character
    return (
        f"{arguments.repeats}_{character.token} {character.initialization_text}"
        if arguments.format == "kohya"
        else "train"
    )


def _new_folder(target: Path, within: str) -> Path:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FolderError(f"{target} is not empty: name another folder with --out.")
    images = target / within
    images.mkdir(parents=True)
    return images


def read_caption(pair: Pair) -> str:
    """A pair's caption.

    Raises:
        CaptionError: there is none, or it is not UTF-8.
    """
    try:
        return pair.caption.read_bytes().decode("utf-8-sig").strip()
    except FileNotFoundError:
        raise CaptionError(
            f"{pair.image.name} has no caption: write {pair.caption.name}, or run caption first."
        ) from None
    except UnicodeDecodeError as error:
        raise CaptionError(f"{pair.caption} is not UTF-8: save it as UTF-8 and try again.") from error


def copy(pairs: Sequence[Pair], target: Path, progress: Progress) -> None:
    """Copy the images.

    Raises:
        FolderError: the disk is full, or an image cannot be read.
        Interrupted: the user stopped it.
    """
    for pair in pairs:
        try:
            shutil.copy2(pair.image, target / pair.image.name)
        except OSError as error:
            raise FolderError(
                f"{pair.image} cannot be copied ({error.strerror}): mend that, delete {target}, try again."
            ) from error
        progress.advance()


def write_captions(form: str, target: Path, pairs: Sequence[Pair], captions: Sequence[str]) -> None:
    """A .txt beside each image for kohya's trainers; one metadata.jsonl for the imagefolder of the datasets library."""
    if form == "kohya":
        for pair, caption in zip(pairs, captions, strict=True):
            (target / pair.caption.name).write_text(f"{caption}\n", encoding="utf-8", newline="\n")
        return
    rows = ({"file_name": pair.image.name, "text": caption} for pair, caption in zip(pairs, captions, strict=True))
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    (target / "metadata.jsonl").write_text(text, encoding="utf-8", newline="\n")
