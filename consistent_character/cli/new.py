"""`new`: start a character folder, perhaps with images that are there already."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from consistent_character.character.character import Character
from consistent_character.character.folder import IMAGE_ENDINGS, CharacterFolder
from consistent_character.cli.flags import add_settings, given
from consistent_character.cli.outcome import Outcome
from consistent_character.documents import created
from consistent_character.errors import CheckpointError, FolderError
from consistent_character.progress import Progress

GO_ON = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder to create")
    add_settings(parser, Character, skip=("checkpoint",), required=("token", "look"))
    parser.add_argument(
        "--checkpoint", metavar="FILE", type=Path, help="the checkpoint to draw and train with [the cartoon world's]"
    )
    parser.add_argument(
        "--import", dest="source", metavar="FOLDER", type=Path, help="copy the images of this folder, and their .txt"
    )


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Create the folder."""
    character = Character(**{**given(arguments, Character), "checkpoint": _checkpoint(arguments.checkpoint)})
    images = find_images(arguments.source) if arguments.source else ()
    existed = arguments.folder.exists()
    with CharacterFolder.create(arguments.folder, character) as folder:
        try:
            copy_pairs(images, folder.images, progress)
        except BaseException:
            folder.close()
            _take_back(folder.path, existed)
            raise
    document = created(folder.path, character, len(images))
    lines = [
        f"{folder.path} is ready, with {len(images)} images."
        if images
        else f"{folder.path} is ready. Its first prompt:",
        str(document["prompt"]),
    ]
    return Outcome(document, [*lines, f"Next: consistent-character {'curate' if images else 'generate'} {folder.path}"])


def _checkpoint(path: Path | None) -> str:
    if path is not None and not path.is_file():
        raise CheckpointError(f"There is no file {path}: name a .safetensors checkpoint of Stable Diffusion 1.x.")
    return str(path.resolve()) if path else ""


def find_images(source: Path) -> tuple[Path, ...]:
    """The images directly in a folder, by name.

    Raises:
        FolderError: there is no such folder, or it holds none.
    """
    if not source.is_dir():
        raise FolderError(f"There is no folder {source}: name the one that holds the images.")
    images = tuple(sorted(path for path in source.iterdir() if path.suffix.lower() in IMAGE_ENDINGS and path.is_file()))
    if not images:
        raise FolderError(
            f"{source} holds no images: {', '.join(IMAGE_ENDINGS)} are looked for, not in folders within it."
        )
    return images


def copy_pairs(images: tuple[Path, ...], target: Path, progress: Progress) -> None:
    """Copy images and the .txt beside them.

    Raises:
        FolderError: the disk is full, or a file cannot be read.
        Interrupted: the user stopped it.
    """
    if images:
        progress.begin("Copying images", len(images))
    for image in images:
        try:
            for path in (image.with_suffix(".txt"), image):
                if path.is_file():
                    shutil.copy2(path, target / path.name)
        except OSError as error:
            raise FolderError(
                f"{image} cannot be copied ({error.strerror}): mend that and run the same command again."
            ) from error
        progress.advance()


def _take_back(folder: Path, existed: bool) -> None:
    """A half-made copy helps nobody; the source is untouched. A folder that was there before stays, empty as it was."""
    shutil.rmtree(folder)
    if existed:
        folder.mkdir()
