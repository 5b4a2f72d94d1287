"""Runs that another program made, judged from their folder alone, and folders of embeddings from anywhere.

A run of the stock Train tab, `<log>/<day>/<name>/`, has its iterations in `embeddings/`, else in `image_embeddings/`,
and names its training pictures as `data_root` in `settings-*.json`. Of any other folder every embedding that lies in it
is taken, and whoever asks names the folder of the training pictures.

What is found out about a run of the stock Train tab is kept in the run itself, in `forest-test/` and
`forest-test.json`: names that its trainer never reads and never writes, in a folder that it does not look into. Beside
any other folder, in `<folder>-judged/`: it may be the web UI's own `embeddings/`, where a picture would be taken for an
embedding, and any new file makes it read all of them anew, which spoils a run that is at work.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from consistent_character.character.folder import CHARACTER_FILE, CharacterFolder
from consistent_character.character.listing import pairs_in
from consistent_character.choosing.foreign_files import Saved, saved_in
from consistent_character.choosing.stock_settings import StockSettings, settings_of
from consistent_character.choosing.subject import Subject
from consistent_character.choosing.training_set import FEWEST, begun_as, read_references
from consistent_character.engine import Engine
from consistent_character.errors import FolderError, RequestError
from consistent_character.prompts import infotext

_EMBEDDINGS, _WITH_PICTURES = "embeddings", "image_embeddings"
_SIGNS = ("settings-*.json", "textual_inversion_loss.csv", "images", _WITH_PICTURES, "request.json")
"""What lies beside a run's `embeddings/`, and not beside the web UI's own."""
_JUDGED = "-judged"
_PHRASES = re.compile(r"[,\n]")
_NUMBER_BEFORE = re.compile(r"^[-\d]+\s*")
_NO_WORD = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True)
class ForeignRequest:
    """What a folder from elsewhere may not say of itself."""

    references: str = ""
    """Folder of the pictures it was trained on, with their captions; empty is the one that the run's settings name."""
    token: str = ""
    """Takes only the files of this name, where a folder holds several embeddings; empty takes all of them for one."""
    look: str = ""
    """Whom it shows, in words. The safety check reads it, and the captions."""


@dataclass(frozen=True)
class Place:
    """Where a run's files are: `path` is its folder, `files` holds the iterations, results are kept in `results`."""

    path: Path
    files: Path
    results: Path


def subject_of(path: Path, engine: Engine, wanted: ForeignRequest | None = None) -> Subject:
    """What a forest test over a folder from elsewhere is about.

    A file that cannot be used is no end: the subject's `notes` tell of each, of steps that no file tells, and of a
    checkpoint that is not the one it was trained on. Nothing is written. A run of a character folder is taken as that.

    Raises:
        FolderError: there is no such folder or no iteration in it, or too few of its training pictures are known.
    """
    asked = wanted or ForeignRequest()
    place = place_of(path)
    if (owner := place.path.parent.parent / CHARACTER_FILE).is_file() and place.path.parent.name == "runs":
        with CharacterFolder.open(owner.parent) as folder:
            return Subject.of_run(folder, place.path, engine.vocabulary)
    settings = settings_of(place.path)
    saved = saved_in(place.files, engine.vocabulary, asked.token)
    if not saved.iterations:
        raise FolderError(_nothing(place.files, saved))
    captioned = tuple(_captioned(training_pictures(place, asked, settings)))
    references = read_references(captioned)
    if len(references) < FEWEST:
        raise FolderError(
            f"The forest test needs at least {FEWEST} training pictures to compare with, and {len(references)} can be "
            "read: name another folder as references."
        )
    name = asked.token or (settings.name if settings else "") or saved.name or place.path.name
    return Subject(
        path=place.results,
        base=place.results,
        token=_NO_WORD.sub("", name) or "embedding",
        look=", ".join(dict.fromkeys([asked.look, *_phrases(text for _, text in captioned)])).strip(", "),
        iterations=saved.iterations,
        references=references,
        notes=(*saved.notes, *_checkpoints(saved, engine)),
        initialization_text=begun_as(place.path),
    )


def run_named(words: str | None) -> Path:
    """The folder of the run that a person means by a path.

    Raises:
        RequestError: nothing was entered.
        FolderError: there is no such folder, or it holds several runs.
    """
    if not words or not words.strip():
        raise RequestError("Enter the folder of the run: textual_inversion/<day>/<name> of the web UI, or any other.")
    return place_of(Path(words.strip()).expanduser()).path


def place_of(path: Path) -> Place:
    """Where the iterations of a run are, and where what is found out about them is kept.

    Raises:
        FolderError: there is no such folder, or it holds several runs.
    """
    if not path.is_dir():
        raise FolderError(f"There is no folder {path}: name the folder of a run, or one with saved embeddings.")
    path = path.resolve()
    if path.name in (_EMBEDDINGS, _WITH_PICTURES) and _is_run(path.parent):
        path = path.parent
    if _is_run(path):
        full = next((path / name for name in (_EMBEDDINGS, _WITH_PICTURES) if any((path / name).glob("*.*"))), None)
        return Place(path, full or path / _EMBEDDINGS, path)
    runs = sorted(run for pattern in ("*", "*/*") for run in path.glob(pattern) if _is_run(run))
    if len(runs) == 1:
        return place_of(runs[0])
    if runs:
        names = ", ".join(run.relative_to(path).as_posix() for run in runs[:3])
        raise FolderError(f"{path} holds {len(runs)} runs: name the folder of one, such as {names}.")
    return Place(path, path, path.with_name(f"{path.name}{_JUDGED}"))


def _is_run(path: Path) -> bool:
    if not any((path / name).is_dir() for name in (_EMBEDDINGS, _WITH_PICTURES)):
        return False
    return any(True for sign in _SIGNS for _ in path.glob(sign))


def training_pictures(place: Place, asked: ForeignRequest, settings: StockSettings | None) -> Path:
    """The folder of the pictures that a run was trained on.

    Raises:
        FolderError: nothing says where they are, or they are there no longer.
    """
    if asked.references:
        folder = Path(asked.references).expanduser()
        if not folder.is_dir():
            raise FolderError(f"There is no folder {folder}: name the one with the training pictures as references.")
        return folder
    known = settings.pictures(place.path) if settings else ()
    if found := next((folder for folder in known if folder.is_dir()), None):
        return found
    if known:
        raise FolderError(
            f"The training pictures of this run are no longer in {known[0]}: name their references folder."
        )
    raise FolderError(f"{place.path} does not say which pictures it was trained on: name their folder as references.")


def _captioned(folder: Path) -> Iterable[tuple[Path, str]]:
    """The pictures of a folder with their captions; those one level below where there are none, as other trainers do.

    Of a character folder, its images.
    """
    if (folder / CHARACTER_FILE).is_file():
        folder = folder / "images"
    pairs = pairs_in(folder) or tuple(
        pair for inner in sorted(folder.iterdir()) if inner.is_dir() for pair in pairs_in(inner)
    )
    for pair in pairs:
        yield pair.image, _caption(pair.caption, pair.image)


def _caption(caption: Path, image: Path) -> str:
    """What the trainer read: the .txt, and the image's name where there is none."""
    try:
        return infotext.prompt_of(caption.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return _NUMBER_BEFORE.sub("", image.stem).replace("_", " ")


def _phrases(captions: Iterable[str]) -> list[str]:
    """Every phrase of the captions once: the safety check reads whom the run shows, and no caption twice."""
    found = (phrase.strip() for caption in captions for phrase in _PHRASES.split(caption))
    return [phrase for phrase in dict.fromkeys(found) if phrase]


def _nothing(files: Path, saved: Saved) -> str:
    first = f" {saved.notes[0]}" if saved.notes else ""
    return f"There is no iteration in {files} that can be used: name a folder with saved embeddings.{first}"


def _checkpoints(saved: Saved, engine: Engine) -> Sequence[str]:
    """Said where it was trained on another checkpoint than the one that judges it."""
    here = engine.checkpoint
    others = sorted(
        {
            one.checkpoint_name or one.checkpoint_hash
            for one in saved.contents
            if not (one.checkpoint_hash and here.sha256.startswith(one.checkpoint_hash.lower()))
            and one.checkpoint_name not in ("", here.name)
        }
    )
    if not others:
        return ()
    return (f"It was trained on {' and '.join(others)} and is judged on {here.name}: load that one to judge it there.",)
