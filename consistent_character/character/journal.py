"""The journal of a character folder: every change of a caption and every move can be taken back, also after a crash.

A batch is written down first, whole and durably (`applying`), then done file by file, then marked `applied`. A batch
that is found unfinished when the folder is opened, or before the next change, never happened: what it had done is
taken back. Taking back is the same work for a crash and for undo, and it may itself be interrupted and done again:

    (written down) -> applying -> applied -> undoing -> undone
                         `---- crash ----------^

*Against a killed program* that is a full guarantee: whenever it is killed, each caption holds its old bytes or its new
ones, and after the next opening all captions of a batch are as before or all as after.

*Against a power cut* it holds as far as the disk keeps what it has confirmed: old and new bytes are on the disk before
the first caption is touched, and all captions are on the disk before the batch counts as applied or undone
(`character.writing` has the details). Moves are not waited for: one that a power cut has lost is taken for undone.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from consistent_character.character import batches
from consistent_character.character.batches import Batch, CaptionBytes, Kind, Move, State, UndoReport
from consistent_character.character.history import read_history, title_of
from consistent_character.character.store import Store
from consistent_character.character.writing import BatchWriter, advancing, every_leftover
from consistent_character.errors import Interrupted, RequestError
from consistent_character.progress import Progress

__all__ = ["Batch", "CaptionBytes", "Journal", "Json", "Move", "StoredVerdict", "UndoReport"]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


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
        self._recovered: tuple[UndoReport, ...] = ()

    def apply_caption_edits(
        self, edits: Sequence[CaptionBytes], progress: Progress | None = None, *, title: str = ""
    ) -> int:
        """Write all captions, or none; returns the batch's id. `title` is what the history calls the batch.

        Raises:
            CaptionError: a file is not as it was when the edit was planned, or two edits are for one file. Nothing is
                written.
            FolderError: the system refuses. What was written is taken back.
            Interrupted: the user asked to stop. What was written is taken back.
        """
        writer = BatchWriter(len(edits))
        with self.changing():
            places = [writer.place(str(edit.path)) for edit in edits]
            batches.refuse_shared_files(places)
            for edit, place in zip(edits, places, strict=True):
                batches.refuse_changed(edit, writer.read(place))
            paths = self.stored(edit.path for edit in edits)
            rows = (
                (path, edit.before, edit.after or b"", edit.after is None)
                for path, edit in zip(paths, edits, strict=True)
            )
            written = "caption_edits (batch, position, path, before, after, removes)"
            with self._batch("captions", title, written, rows, writer.temporary) as batch:
                for edit, place in advancing(list(zip(edits, places, strict=True)), progress, "Writing captions"):
                    batches.refuse_changed(edit, writer.read(place))
                    writer.write(place, edit.after)
                writer.settle()
        return batch

    def apply_moves(self, moves: Sequence[Move], *, title: str = "") -> int:
        """Move all files, or none; returns the batch's id. `title` is what the history calls the batch.

        Raises:
            FolderError: a place is taken, a file is gone, or the system refuses. What was moved is moved back.
        """
        with self.changing():
            sources = self.stored(move.source for move in moves)
            targets = self.stored(move.target for move in moves)
            rows = (
                (source, target, move.keep_source, move.reason)
                for source, target, move in zip(sources, targets, moves, strict=True)
            )
            written = "moves (batch, position, source, target, keep_source, reason)"
            with self._batch("moves", title, written, rows) as batch:
                for move in moves:
                    batches.do_move(move)
        return batch

    def undo(self) -> UndoReport:
        """Take the last applied batch back.

        A batch that was left unfinished is the last one; where `recover` took one back just now, it is told once more.

        Raises:
            RequestError: there is none.
            FolderError: the system refuses. What was begun is finished by the next call, or when the folder is opened.
        """
        with self._store.changing_files():
            finished, self._recovered = self._recovered or self._finish(), ()
            if finished:
                return finished[0]
            with self._store.reading() as connection:
                last = connection.execute(
                    "SELECT id FROM batches WHERE state = 'applied' ORDER BY id DESC LIMIT 1"
                ).fetchone()
            if last is None:
                raise RequestError(f"There is nothing to take back in {self._folder}.")
            self._mark(last[0], "undoing")
            return self._take_back(last[0])

    def recover(self) -> tuple[UndoReport, ...]:
        """Take back what a killed program left unfinished; to be called when the folder is opened.

        A folder that has no journal yet gets none by that: looking at pictures leaves nothing beside them.
        """
        if not self._store.exists() or not self._unfinished():
            return ()
        with self._store.changing_files():
            self._recovered = self._finish()
            return self._recovered

    def history(self) -> tuple[Batch, ...]:
        """Every batch that was ever made, the newest first."""
        with self._store.reading() as connection:
            return read_history(connection)

    @contextmanager
    def changing(self) -> Iterator[Store]:
        """Be the only one that changes this folder's files, with nothing left unfinished.

        Raises:
            FolderError: another program has been changing the folder for too long, or the system refuses.
        """
        with self._store.changing_files():
            self._finish()
            self._recovered = ()
            yield self._store

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database, for one thread at a time.

        Raises:
            FolderError: it is damaged, locked for too long, or cannot be read.
        """
        with self._store.reading() as connection:
            yield connection

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

    def found(self, keys: Iterable[str]) -> dict[str, bytes]:
        """What was seen in pictures, by keys (a content hash and who looked); what is not there is left out."""
        with self._store.reading() as connection:
            query = "SELECT content FROM seen WHERE key = ?"
            rows = [(key, connection.execute(query, (key,)).fetchone()) for key in keys]
        return {key: bytes(row[0]) for key, row in rows if row}

    def keep(self, key: str, content: bytes) -> None:
        """Remember what was seen in a picture."""
        with self._store.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO seen VALUES (?, ?)", (key, content))

    def close(self) -> None:
        """Let go of the database file; the next use opens it again."""
        self._store.close()

    @contextmanager
    def _batch(
        self, kind: Kind, title: str, columns: str, rows: Iterable[tuple[object, ...]], temporary: str = ""
    ) -> Iterator[int]:
        """Write a batch down, let it be done, mark it as applied; take it back if it fails."""
        with self._store.writing(durable=True) as connection:
            batch = connection.execute(
                "INSERT INTO batches (kind, state, title, temporary) VALUES (?, 'applying', ?, ?)",
                (kind, title, temporary),
            ).lastrowid
            assert batch is not None, "SQLite gives every inserted row an id"
            holders = ", ".join("?" * (columns.count(",") + 1))
            connection.executemany(
                f"INSERT INTO {columns} VALUES ({holders})", ((batch, at, *row) for at, row in enumerate(rows))
            )
        try:
            yield batch
            self._mark(batch, "applied")
        except Interrupted as stopped:
            self._take_back(batch)
            raise Interrupted("Stopped. Nothing is changed: what was written has been taken back.") from stopped
        except BaseException:
            self._take_back(batch)
            raise

    def _unfinished(self) -> list[int]:
        with self._store.reading() as connection:
            query = "SELECT id FROM batches WHERE state IN ('applying', 'undoing') ORDER BY id DESC"
            return [row[0] for row in connection.execute(query)]

    def _finish(self) -> tuple[UndoReport, ...]:
        return tuple(self._take_back(batch, after_crash=True) for batch in self._unfinished())

    def _take_back(self, batch: int, *, after_crash: bool = False) -> UndoReport:
        with self._store.reading() as connection:
            query = "SELECT kind, title, temporary FROM batches WHERE id = ?"
            kind, title, temporary = connection.execute(query, (batch,)).fetchone()
        outcomes = (
            self._captions_back(batch, temporary, after_crash) if kind == "captions" else list(self._moves_back(batch))
        )
        self._mark(batch, "undone")
        left = tuple(problem for problem in outcomes if problem)
        return UndoReport(batch, kind, len(outcomes) - len(left), left, title_of(kind, title))

    def _captions_back(self, batch: int, temporary: str, after_crash: bool) -> list[str]:
        """Per caption of the batch: "" if it is as before now, else why it is not.

        The last one first: on a disk that is full, there is room for each, because there was on the way forth.
        """
        with self._store.reading() as connection:
            query = "SELECT path, before, after, removes FROM caption_edits WHERE batch = ? ORDER BY position DESC"
            rows = connection.execute(query, (batch,)).fetchall()
        writer = BatchWriter(len(rows), temporary)
        folder = f"{self._folder}{os.sep}"
        places = [writer.place(folder + os.fsdecode(row[0]).replace("/", os.sep)) for row in rows]
        if after_crash:
            writer.remove_leftovers(places) if temporary else every_leftover(places)
        outcomes = [
            batches.caption_back(writer, place, before, None if gone else after, after_crash=after_crash)
            for place, (_, before, after, gone) in zip(places, rows, strict=True)
        ]
        writer.settle()
        return outcomes[::-1]

    def _moves_back(self, batch: int) -> Iterator[str]:
        with self._store.reading() as connection:
            query = "SELECT source, target, reason, keep_source FROM moves WHERE batch = ? ORDER BY position DESC"
            rows = connection.execute(query, (batch,)).fetchall()
        for source, target, reason, keep_source in rows:
            yield batches.move_back(Move(self.path(source), self.path(target), reason, bool(keep_source)))

    def _mark(self, batch: int, state: State) -> None:
        with self._store.writing(durable=True) as connection:
            connection.execute("UPDATE batches SET state = ? WHERE id = ?", (state, batch))

    def stored(self, paths: Iterable[Path | str]) -> Iterator[bytes]:
        """Paths as bytes, relative to the folder, so that the folder can be moved; names need not be UTF-8."""
        folders: dict[str, str] = {}
        for path in paths:
            folder, _, name = str(path).rpartition(os.sep)
            if folder not in folders:
                relative = Path(os.path.relpath(folder or os.curdir, self._folder)).as_posix()
                folders[folder] = "" if relative == "." else f"{relative}/"
            yield os.fsencode(folders[folder] + name)

    def path(self, stored: bytes) -> Path:
        """The path that was stored."""
        return self._folder / os.fsdecode(stored)
