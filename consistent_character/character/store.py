"""The SQLite file of a character folder: its schema, its connection, its locks."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consistent_character.errors import FolderError

DATABASE_NAME = "character.db"
LOCK_NAME = "character.lock"
LOCK_SECONDS = 10.0
"""How long to wait for another program that is changing the same folder."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    made TEXT NOT NULL DEFAULT (datetime('now')),
    title TEXT NOT NULL DEFAULT '',
    temporary TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS caption_edits (
    batch INTEGER NOT NULL REFERENCES batches, position INTEGER NOT NULL,
    path BLOB NOT NULL, before BLOB, after BLOB NOT NULL, removes INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (batch, position)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS moves (
    batch INTEGER NOT NULL REFERENCES batches, position INTEGER NOT NULL,
    source BLOB NOT NULL, target BLOB NOT NULL, keep_source INTEGER NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (batch, position)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS verdicts (
    image TEXT NOT NULL, check_name TEXT NOT NULL, score REAL NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (image, check_name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS analyses (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (key TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS snapshots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    made TEXT NOT NULL DEFAULT (datetime('now')),
    note TEXT NOT NULL,
    moved TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS snapshot_texts (digest BLOB PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS snapshot_captions (
    snapshot INTEGER NOT NULL REFERENCES snapshots, image BLOB NOT NULL, digest BLOB REFERENCES snapshot_texts,
    PRIMARY KEY (snapshot, image)
) WITHOUT ROWID;
"""

ADDED = (
    ("batches", "title", "TEXT NOT NULL DEFAULT ''"),
    ("batches", "temporary", "TEXT NOT NULL DEFAULT ''"),
    ("caption_edits", "removes", "INTEGER NOT NULL DEFAULT 0"),
)
"""Columns that databases of earlier versions lack; earlier versions get on with them."""


class Store:
    """One connection to a folder's database, shared by the threads of this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._changing = 0

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one thread at a time.

        Raises:
            FolderError: the database is damaged, locked for too long, or cannot be written.
        """
        with self._turn, self._explained():
            yield self._connected()

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction; `durable` waits until it is on the disk, so that it outlives a power cut too."""
        with self.reading() as connection:
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def changing_files(self) -> Iterator[None]:
        """Be the only program that changes this folder's files; the system frees the lock if the program dies.

        Whoever has the lock may take it once more.

        Raises:
            FolderError: another program has been changing the folder for too long.
        """
        with self._turn:
            if self._changing:
                yield
                return
            # A second SQLite file is the one lock that works on all three systems without more libraries.
            lock = sqlite3.connect(self._folder / LOCK_NAME, timeout=LOCK_SECONDS, isolation_level=None)
            try:
                self._take(lock)
                self._changing += 1
                try:
                    yield
                finally:
                    self._changing -= 1
            finally:
                lock.close()

    def exists(self) -> bool:
        """Whether anything was ever stored."""
        return (self._folder / DATABASE_NAME).exists()

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _take(self, lock: sqlite3.Connection) -> None:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise FolderError(
                    f"{self._folder} cannot be changed ({error}): free some space or change its permissions, try again."
                ) from error
            raise FolderError(
                f"{self._folder} is in use by another program: wait until it has finished, then try again."
            ) from error

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            path = self._folder / DATABASE_NAME
            connection = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(SCHEMA)
                _add_missing(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        path = self._folder / DATABASE_NAME
        try:
            yield
        except sqlite3.OperationalError as error:
            raise FolderError(
                f"{path} cannot be used ({error}): free some space or close the other program, then try again."
            ) from error
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise FolderError(
                f"{path} is damaged ({error}): put a copy of it back, or move it away to start a new journal."
            ) from error


def _add_missing(connection: sqlite3.Connection) -> None:
    """Bring a database of an earlier version up to date, one program at a time."""
    if not _missing(connection):
        return
    connection.execute("BEGIN IMMEDIATE")
    for table, column, kind in _missing(connection):
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    connection.execute("COMMIT")


def _missing(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    there = {
        table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        for table in {table for table, _, _ in ADDED}
    }
    return [added for added in ADDED if added[1] not in there[added[0]]]
