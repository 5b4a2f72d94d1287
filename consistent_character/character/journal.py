"""The journal of a character folder: every change of a caption and every move can be taken back, also after a crash.

A batch is written down first, whole and durably (`applying`), then done file by file, then marked `applied`. A batch
that is found unfinished when the folder is opened never happened: what it had done is taken back. Taking back is the
same work for a crash and for undo, and it may itself be interrupted and done again:

    (written down) -> applying -> applied -> undoing -> undone
                         `---- crash ----------^
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from consistent_character.character import batches, files
from consistent_character.character.batches import CaptionBytes, Kind, Move
from consistent_character.character.store import Store
from consistent_character.errors import RequestError

__all__ = ["CaptionBytes", "Journal", "Json", "Move", "StoredVerdict", "UndoReport"]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


@dataclass(frozen=True)
class UndoReport:
    """What was taken back: `restored` files.

    Those `left` alone, because somebody changed them since, are told with the reason.
    """

    batch: int
    kind: Kind
    restored: int
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredVerdict:
    """One check's judgement of one image; `score` is 0..1 in the direction that the check states."""

    image: str
    check: str
    score: float
    verdict: str
    reason: str


class Journal:
    """The database of one character folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._store = Store(folder)

    def apply_caption_edits(self, edits: Sequence[CaptionBytes]) -> int:
        """Write all captions, or none; returns the batch's id.

        Raises: CaptionError: a file is not as it was when the edit was planned, or two edits are for one file. Nothing
        is written. FolderError: the system refuses. What was written is taken back.
        """
        batches.refuse_shared_files(edits)
        with self._store.changing_files():
            for edit in edits:
                batches.refuse_changed(edit)
            rows = [(self._stored(edit.path), edit.before, edit.after) for edit in edits]
            with self._batch("captions", "caption_edits (batch, position, path, before, after)", rows) as batch:
                for edit in edits:
                    batches.refuse_changed(edit)
                    files.write_whole(edit.path, edit.after)
        return batch

    def apply_moves(self, moves: Sequence[Move]) -> int:
        """Move all files, or none; returns the batch's id.

        Raises:
            FolderError: a place is taken, a file is gone, or the system refuses. What was moved is moved back.
        """
        with self._store.changing_files():
            rows = [
                (self._stored(move.source), self._stored(move.target), move.keep_source, move.reason) for move in moves
            ]
            with self._batch("moves", "moves (batch, position, source, target, keep_source, reason)", rows) as batch:
                for move in moves:
                    batches.do_move(move)
        return batch

    def undo(self) -> UndoReport:
        """Take the last applied batch back.

        Raises:
            RequestError: there is none.
        """
        with self._store.changing_files():
            with self._store.reading() as connection:
                last = connection.execute(
                    "SELECT id, kind FROM batches WHERE state = 'applied' ORDER BY id DESC LIMIT 1"
                ).fetchone()
            if last is None:
                raise RequestError(f"There is nothing to take back in {self._folder}.")
            self._mark(last[0], "undoing")
            return self._take_back(last[0], last[1])

    def recover(self) -> tuple[UndoReport, ...]:
        """Take back what a killed program left unfinished; to be called when the folder is opened."""
        if not self._unfinished():
            return ()
        with self._store.changing_files():
            return tuple(self._take_back(batch, kind) for batch, kind in self._unfinished())

    def put_verdict(self, image: str, check: str, score: float, verdict: str, reason: str) -> None:
        """Remember a check's judgement of an image, by the image's file name; the newest counts."""
        self.put_verdicts([StoredVerdict(image, check, score, verdict, reason)])

    def put_verdicts(self, verdicts: Iterable[StoredVerdict]) -> None:
        """Remember many judgements in one go."""
        rows = [(row.image, row.check, row.score, row.verdict, row.reason) for row in verdicts]
        with self._store.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?, ?)", rows)

    def verdicts(self) -> tuple[StoredVerdict, ...]:
        """All judgements, by image and check."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT image, check_name, score, verdict, reason FROM verdicts ORDER BY 1, 2"
            ).fetchall()
        return tuple(StoredVerdict(*row) for row in rows)

    def cached(self, key: str) -> Json:
        """What was stored for `key` (a content hash and the analysis' name), or None."""
        with self._store.reading() as connection:
            row = connection.execute("SELECT value FROM analyses WHERE key = ?", (key,)).fetchone()
        found: Json = json.loads(row[0]) if row else None
        return found

    def store(self, key: str, value: Json) -> None:
        """Remember the result of an analysis."""
        with self._store.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO analyses VALUES (?, ?)", (key, json.dumps(value)))

    def close(self) -> None:
        """Let go of the database file; the next use opens it again."""
        self._store.close()

    @contextmanager
    def _batch(self, kind: Kind, columns: str, rows: Sequence[tuple[object, ...]]) -> Iterator[int]:
        """Write a batch down, let it be done, mark it as applied; take it back if it fails."""
        with self._store.writing(durable=True) as connection:
            batch = connection.execute("INSERT INTO batches (kind, state) VALUES (?, 'applying')", (kind,)).lastrowid
            assert batch is not None, "SQLite gives every inserted row an id"
            holders = ", ".join("?" * (2 + len(rows[0]))) if rows else ""
            connection.executemany(
                f"INSERT INTO {columns} VALUES ({holders})", ((batch, at, *row) for at, row in enumerate(rows))
            )
        try:
            yield batch
        except BaseException:
            self._take_back(batch, kind)
            raise
        self._mark(batch, "applied")

    def _unfinished(self) -> list[tuple[int, Kind]]:
        with self._store.reading() as connection:
            query = "SELECT id, kind FROM batches WHERE state IN ('applying', 'undoing') ORDER BY id DESC"
            return connection.execute(query).fetchall()

    def _take_back(self, batch: int, kind: Kind) -> UndoReport:
        outcomes = list(self._captions_back(batch) if kind == "captions" else self._moves_back(batch))
        self._mark(batch, "undone")
        left = tuple(problem for problem in outcomes if problem)
        return UndoReport(batch, kind, len(outcomes) - len(left), left)

    def _captions_back(self, batch: int) -> Iterator[str]:
        """Per caption of the batch: "" if it is as before now, else why it is not."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT path, before, after FROM caption_edits WHERE batch = ? ORDER BY position", (batch,)
            ).fetchall()
        edits = [CaptionBytes(self._path(path), before, after) for path, before, after in rows]
        for folder in {Path(os.path.realpath(edit.path)).parent for edit in edits}:
            files.remove_leftovers(folder)
        yield from map(batches.caption_back, edits)

    def _moves_back(self, batch: int) -> Iterator[str]:
        with self._store.reading() as connection:
            query = "SELECT source, target, reason, keep_source FROM moves WHERE batch = ? ORDER BY position DESC"
            rows = connection.execute(query, (batch,)).fetchall()
        for source, target, reason, keep_source in rows:
            yield batches.move_back(Move(self._path(source), self._path(target), reason, bool(keep_source)))

    def _mark(self, batch: int, state: str) -> None:
        with self._store.writing(durable=True) as connection:
            connection.execute("UPDATE batches SET state = ? WHERE id = ?", (state, batch))

    def _stored(self, path: Path) -> bytes:
        """A path as bytes, relative to the folder, so that the folder can be moved; names need not be UTF-8."""
        return os.fsencode(Path(os.path.relpath(path, self._folder)).as_posix())

    def _path(self, stored: bytes) -> Path:
        return self._folder / os.fsdecode(stored)
