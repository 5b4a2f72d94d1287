"""The folder that holds a character; every step works on it, and can stop and go on at any time.

<character>/character.toml       who it is
            images/              pictures and their captions (.txt)
            rejected/<reason>/   pairs moved out of the way, never deleted
            runs/<time>-<n>/     one training run each
            studies/             similarity ratings
            character.db         verdicts, analyses, snapshots, and the journal of every change
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType

from consistent_character.character import files
from consistent_character.character.character import Character
from consistent_character.character.journal import Batch, Journal, Move, UndoReport
from consistent_character.character.listing import IMAGE_ENDINGS, Pair, pairs_in
from consistent_character.character.snapshots import Snapshots
from consistent_character.errors import FolderError, RequestError

__all__ = ["CHARACTER_FILE", "IMAGE_ENDINGS", "CharacterFolder", "Pair"]

CHARACTER_FILE = "character.toml"

_REASON = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,63}")
_RUN = re.compile(r"\d{8}-\d{6}-(?P<number>\d+)")


class CharacterFolder:
    """An opened character folder. `recovered` tells what a killed program had left unfinished and was taken back."""

    def __init__(self, path: Path, character: Character) -> None:
        self.path = path
        self.character = character
        self.database = Journal(path)
        self.recovered: tuple[UndoReport, ...] = self.database.recover()

    @classmethod
    def create(cls, path: Path, character: Character) -> CharacterFolder:
        """Start a new folder.

        Raises:
            FolderError: there is a file or a folder with something in it already, or the system refuses.
        """
        with files.explained(path):
            if (path / CHARACTER_FILE).exists():
                raise FolderError(f"{path} is a character folder already: open it, or take another name.")
            if path.exists() and (not path.is_dir() or any(path.iterdir())):
                raise FolderError(f"{path} is not empty: take a new folder, and leave that one as it is.")
            for name in ("images", "rejected", "runs", "studies"):
                (path / name).mkdir(parents=True, exist_ok=True)
        files.write_whole(path / CHARACTER_FILE, character.to_toml().encode())
        return cls(path, character)

    @classmethod
    def open(cls, path: Path) -> CharacterFolder:
        """Open a folder, and take back what a killed program left unfinished in it.

        Raises:
            FolderError: there is none, or its `character.toml` cannot be read.
            RequestError: `character.toml` holds a value that cannot be used.
        """
        if not path.is_dir():
            raise FolderError(f"There is no folder {path}: start one with “new”.")
        with files.explained(path):
            content = files.read_if_there(path / CHARACTER_FILE)
        if content is None:
            raise FolderError(f"{path} is not a character folder, it has no {CHARACTER_FILE}: start one with “new”.")
        try:
            return cls(path, Character.from_toml(content.decode("utf-8-sig")))
        except UnicodeDecodeError as error:
            raise FolderError(f"{path / CHARACTER_FILE} is not UTF-8: save it as UTF-8 and try again.") from error

    @property
    def images(self) -> Path:
        """Where the pictures are."""
        return self.path / "images"

    def pairs(self) -> tuple[Pair, ...]:
        """All images with their captions, by name. An image is not opened, it may be broken."""
        return pairs_in(self.images)

    @property
    def snapshots(self) -> Snapshots:
        """All captions as they were, to come back to."""
        return Snapshots(self.path, self.images, self.database)

    def move_out(self, moves: Sequence[tuple[Pair, str]]) -> int:
        """Move pairs into `rejected/<reason>/`, image and caption together, never over something; return its id.

        A caption that an image that stays behind shares is copied.

        Raises:
            RequestError: a reason cannot be the name of a folder.
            FolderError: a file is gone or the system refuses; nothing has been moved then.
        """
        return self.database.apply_moves(tuple(self._ways_out(moves)))

    def undo(self) -> UndoReport:
        """Take the last applied batch back: edited captions or moves.

        Where opening the folder took back what a killed program had begun, that was the last batch: it is what the
        first undo tells of, and the batch before it is left alone until the next.

        Raises:
            RequestError: there is none.
            FolderError: the system refuses; the next call, or the next opening, goes on with it.
        """
        return self.database.undo()

    def history(self) -> tuple[Batch, ...]:
        """Every change of captions and every move, the newest first."""
        return self.database.history()

    def new_run(self) -> Path:
        """A new folder for a training run, `runs/<YYYYmmdd-HHMMSS>-<n>`, n counting up from 1."""
        number = max(map(_run_number, self.runs()), default=0) + 1
        with files.explained(self.path):
            while True:
                run = self.path / "runs" / f"{datetime.now():%Y%m%d-%H%M%S}-{number}"
                try:
                    run.mkdir(parents=True)
                except FileExistsError:
                    number += 1
                else:
                    return run

    def runs(self) -> tuple[Path, ...]:
        """All training runs, the first one first."""
        folder = self.path / "runs"
        found = (
            [run for run in folder.iterdir() if run.is_dir() and _RUN.fullmatch(run.name)] if folder.is_dir() else []
        )
        return tuple(sorted(found, key=_run_number))

    def close(self) -> None:
        """Let go of the database file; the next use opens it again."""
        self.database.close()

    def __enter__(self) -> CharacterFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ways_out(self, moves: Sequence[tuple[Pair, str]]) -> Iterator[Move]:
        sharing = Counter(pair.caption for pair in self.pairs())
        taken: set[Path] = set()
        for pair, reason in moves:
            if not _REASON.fullmatch(reason):
                raise RequestError(f"“{reason}” cannot be a reason: take letters, digits, spaces, _ and - only.")
            target = _free_place(self.path / "rejected" / reason, pair, taken)
            taken |= {target.image, target.caption}
            sharing[pair.caption] -= 1
            yield Move(pair.image, target.image, reason)
            if pair.caption.exists():
                yield Move(pair.caption, target.caption, reason, keep_source=sharing[pair.caption] > 0)


def _run_number(run: Path) -> int:
    found = _RUN.fullmatch(run.name)
    return int(found["number"]) if found else 0


def _free_place(folder: Path, pair: Pair, taken: set[Path]) -> Pair:
    """Where a pair can go without touching what is there: under its own name, else with -2, -3 and so on."""
    number = 1
    while True:
        stem = pair.image.stem if number == 1 else f"{pair.image.stem}-{number}"
        place = Pair(folder / f"{stem}{pair.image.suffix}", folder / f"{stem}.txt")
        if not any(path in taken or path.exists() for path in (place.image, place.caption)):
            return place
        number += 1
