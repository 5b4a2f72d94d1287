"""The character folder, the run and the engine that a call names."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from consistent_character.character.character import Character
from consistent_character.character.folder import CHARACTER_FILE, CharacterFolder
from consistent_character.engine import Engine
from consistent_character.errors import CheckpointError, FolderError, RequestError
from consistent_character.vision.seeing.opened import installed_sight
from consistent_character.vision.seeing.sight import Sight

_INSTALL = 'python3 start.py demo installs it, or pip install -e ".[standalone]" -c constraints.txt'
_STANDALONE = {"torch", "diffusers", "transformers", "safetensors", "gradio", "matplotlib"}


def add_folder(parser: argparse.ArgumentParser, *, run: bool = False) -> None:
    """The character folder, first of all arguments; with `run`, which of its runs."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="the character folder")
    if run:
        parser.add_argument("--run", metavar="RUN", help="a run's name or path [the newest]")


def add_any_run(parser: argparse.ArgumentParser) -> None:
    """The character folder and its run, or the folder of a run that another program made."""
    parser.add_argument(
        "folder",
        metavar="PATH",
        type=Path,
        help="a character folder; or a run of the stock Train tab, or any folder of embeddings",
    )
    parser.add_argument("--run", metavar="RUN", help="of a character folder: a run's name or path [the newest]")


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Which checkpoint on which device."""
    parser.add_argument(
        "--checkpoint",
        metavar="FILE",
        type=Path,
        help="an SD 1.x checkpoint [the character's own, else the cartoon world's]",
    )
    parser.add_argument(
        "--device", default="auto", choices=("auto", "cuda", "mps", "cpu"), help="where to compute [auto]"
    )


@contextlib.contextmanager
def open_folder(path: Path) -> Iterator[CharacterFolder]:
    """The character folder; what a killed program had left unfinished in it is told on standard error."""
    with CharacterFolder.open(path) as folder:
        for report in folder.recovered:
            told = f"An earlier program was killed while it changed {report.kind}"
            sys.stderr.write(f"{told}: {report.restored} files are as before again.\n")
        yield folder


class PlainFolder(CharacterFolder):
    """Any folder of images and .txt, worked on as if it were the images of a character; its journal lies in it."""

    @property
    def images(self) -> Path:
        """The folder itself."""
        return self.path


@contextlib.contextmanager
def open_any(path: Path, nobody: Character | None) -> Iterator[CharacterFolder]:
    """A character folder, or else a plain one; `nobody` stands in for the character that it does not have.

    Raises:
        FolderError: it is no character folder, and there is no `nobody` or no such folder.
    """
    if (path / CHARACTER_FILE).exists() or nobody is None or not path.is_dir():
        with open_folder(path) as folder:
            yield folder
    else:
        with PlainFolder(path, nobody) as folder:
            yield folder


def load_engine(arguments: argparse.Namespace, folder: CharacterFolder | None = None) -> Engine:
    """The standalone engine with the checkpoint of the call, else of the character, else the cartoon world's.

    Raises:
        CheckpointError: the checkpoint cannot be used, or the character's own is not there.
        RequestError: the libraries of the standalone engine are not installed.
    """
    wanted = folder.character.checkpoint if folder is not None and arguments.checkpoint is None else ""
    engine = _load(arguments.checkpoint or _file_of(wanted, folder), arguments.device)
    if wanted and engine.checkpoint.name != Path(wanted).stem:
        raise CheckpointError(
            f"This character was made with {wanted}, which is not here: say where it is with --checkpoint FILE."
        )
    return engine


def load_sight(folder: CharacterFolder | None = None) -> AbstractContextManager[Sight | None]:
    """The installed models that look at pictures, None if none are; what they saw is remembered in the folder."""
    return installed_sight(None if folder is None else folder.database)


def _file_of(checkpoint: str, folder: CharacterFolder | None) -> Path | None:
    """The character's checkpoint, if its file is found: an absolute path, or one relative to the folder."""
    path = folder.path / checkpoint if folder is not None else Path(checkpoint)
    return path if checkpoint and path.is_file() else None


def _load(checkpoint: Path | None, device: str) -> Engine:
    if checkpoint is not None and not checkpoint.is_file():
        raise CheckpointError(f"There is no file {checkpoint}: name a .safetensors checkpoint of Stable Diffusion 1.x.")
    with installed(), contextlib.redirect_stdout(sys.stderr):  # libraries greet on standard output
        from consistent_character.hosts.standalone.engine import StandaloneEngine

        engine: Engine = StandaloneEngine.load(checkpoint, device)
    return engine


@contextlib.contextmanager
def installed() -> Iterator[None]:
    """Turn the missing import of an optional library into advice.

    Raises:
        RequestError: a library of the standalone engine is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in _STANDALONE:
            raise
        raise RequestError(f"{error.name} is not installed: {_INSTALL}") from error


def find_run(folder: CharacterFolder, name: str | None) -> Path:
    """A training run by its name or path; the newest if none is named.

    Raises:
        FolderError: there is no such run, or none at all.
    """
    runs = folder.runs()
    if not runs:
        raise FolderError(
            f"{folder.path} has no training run yet: train one with consistent-character train {folder.path}"
        )
    if name is None:
        return runs[-1]
    for run in runs:
        if run.name == name or run.resolve() == Path(name).resolve():
            return run
    raise FolderError(f'There is no run "{name}": take one of {", ".join(run.name for run in runs)}.')
