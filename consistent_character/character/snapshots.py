"""Snapshots: all captions of a folder, byte for byte, to come back to.

They are kept in `character.db`, not in zips beside it: one transaction makes a snapshot whole at any instant, it is
under the lock that keeps other programs from changing captions meanwhile, and a text that many captions or many
snapshots share is stored once, by its SHA-256, so that a snapshot before every step costs next to nothing.

A caption is the .txt of an image, in `images/` or in `rejected/<reason>/`; an image without one is remembered as such.
*Restoring follows the image*: where a pair was moved out of the way since, or brought back, its caption is restored
where the image is now. Where the image is gone, that is told and its caption stays in the snapshot. Captions of images
that the snapshot does not know are left alone.

Restoring takes a snapshot of the present first and is one batch of the journal, so `undo` takes it back as well.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from consistent_character.character import files
from consistent_character.character.history import time_of
from consistent_character.character.journal import CaptionBytes, Journal
from consistent_character.character.listing import Pair, pairs_in
from consistent_character.character.writing import BatchWriter
from consistent_character.errors import RequestError
from consistent_character.progress import Progress

_QUERY = """
SELECT id, made, note, COUNT(image), COUNT(digest) FROM snapshots
LEFT JOIN snapshot_captions ON snapshot = id GROUP BY id ORDER BY id DESC
"""


@dataclass(frozen=True)
class Snapshot:
    """The captions of `images` images as they were at `time` (UTC); `captions` of them had one."""

    id: int
    time: datetime
    note: str
    images: int
    captions: int


@dataclass(frozen=True)
class Restoration:
    """What restoring changes: each caption's bytes `before` (now) and `after` (as in the snapshot).

    Captions `left` alone are told with the reason.
    """

    snapshot: Snapshot
    edits: tuple[CaptionBytes, ...]
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Restored:
    """What was restored, in which batch of the journal, and the snapshot of how it was before.

    Where nothing had to change, `batch` is 0 and there is no snapshot.
    """

    restoration: Restoration
    batch: int = 0
    present: Snapshot | None = None


class Snapshots:
    """The snapshots of one character folder, whose pictures are in `images`."""

    def __init__(self, root: Path, images: Path, journal: Journal) -> None:
        self._root = root
        self._images = images
        self._journal = journal

    def take(self, note: str = "") -> Snapshot:
        """Store all captions.

        Raises:
            FolderError: a caption cannot be read, the disk is full, or another program is changing the folder.
        """
        with self._journal.changing() as store:
            pairs = tuple(self._pairs())
            with store.writing(durable=True) as connection:
                query = "INSERT INTO snapshots (note, moved) VALUES (?, ?)"
                made = connection.execute(query, (note, json.dumps(_moves_now(connection)))).lastrowid
                images = self._journal.stored(pair.image_path for pair in pairs)
                rows = zip(images, (_keep(connection, pair.caption_path) for pair in pairs), strict=True)
                connection.executemany(
                    "INSERT INTO snapshot_captions VALUES (?, ?, ?)", ((made, image, digest) for image, digest in rows)
                )
            return self.all()[0]

    def all(self) -> tuple[Snapshot, ...]:
        """Every snapshot, the newest first."""
        with self._journal.reading() as connection:
            rows = connection.execute(_QUERY).fetchall()
        return tuple(Snapshot(number, time_of(made), *rest) for number, made, *rest in rows)

    def plan(self, number: int) -> Restoration:
        """What restoring a snapshot would change. Nothing is written.

        Raises:
            RequestError: there is no such snapshot.
            FolderError: a caption cannot be read.
        """
        snapshot = next((one for one in self.all() if one.id == number), None)
        if snapshot is None:
            known = ", ".join(str(one.id) for one in self.all()) or "none yet"
            raise RequestError(f"There is no snapshot {number}: there are {known}.")
        with self._journal.reading() as connection:
            stored = _captions(connection, number)
            way = _Way(connection, number)
        edits: dict[str, CaptionBytes] = {}
        left: list[str] = []
        writer = BatchWriter(0)
        for image, then in stored:
            where = self._journal.path(way.of(image))
            if not where.exists():
                left.append(f"{where.name} is not in the folder any more: its caption stays in the snapshot")
                continue
            caption = where.with_suffix(".txt")
            place = writer.place(str(caption))
            edit = edits.setdefault(place, CaptionBytes(caption, writer.read(place), then))
            if edit.after != then:
                left.append(f"{where.name} shares its caption with another image, which had another text")
        changed = tuple(edit for edit in edits.values() if edit.before != edit.after)
        return Restoration(snapshot, changed, tuple(left))

    def restore(self, number: int, progress: Progress | None = None) -> Restored:
        """Bring the captions of a snapshot back, in one batch, once the present has a snapshot of its own.

        Raises:
            RequestError: there is no such snapshot.
            FolderError: the system refuses. The captions are as before.
            Interrupted: the user asked to stop. The captions are as before.
        """
        with self._journal.changing():
            restoration = self.plan(number)
            if not restoration.edits:
                return Restored(restoration)
            present = self.take(f"before snapshot {number} was restored")
            title = f"Snapshot {number} restored"
            batch = self._journal.apply_caption_edits(restoration.edits, progress, title=title)
        return Restored(restoration, batch, present)

    def _pairs(self) -> Iterator[Pair]:
        yield from pairs_in(self._images)
        rejected = self._root / "rejected"
        if rejected.is_dir():
            for reason in sorted(rejected.iterdir()):
                yield from pairs_in(reason)


class _Way:
    """Where an image of a snapshot went: back through the moves undone since, and on through those made since."""

    def __init__(self, connection: sqlite3.Connection, snapshot: int) -> None:
        query = "SELECT moved FROM snapshots WHERE id = ?"
        then = set(json.loads(connection.execute(query, (snapshot,)).fetchone()[0]))
        now = set(_moves_now(connection))
        back = [_moves(connection, batch) for batch in sorted(then - now, reverse=True)]
        self._steps = [{target: source for source, target in moves.items()} for moves in back]
        self._steps += [_moves(connection, batch) for batch in sorted(now - then)]

    def of(self, image: bytes) -> bytes:
        for step in self._steps:
            image = step.get(image, image)
        return image


def _moves_now(connection: sqlite3.Connection) -> list[int]:
    query = "SELECT id FROM batches WHERE kind = 'moves' AND state = 'applied' ORDER BY id"
    return [row[0] for row in connection.execute(query)]


def _moves(connection: sqlite3.Connection, batch: int) -> dict[bytes, bytes]:
    query = "SELECT source, target FROM moves WHERE batch = ? AND NOT keep_source"
    return dict(connection.execute(query, (batch,)).fetchall())


def _captions(connection: sqlite3.Connection, snapshot: int) -> list[tuple[bytes, bytes | None]]:
    query = "SELECT image, content FROM snapshot_captions LEFT JOIN snapshot_texts USING (digest) WHERE snapshot = ?"
    return connection.execute(query, (snapshot,)).fetchall()


def _keep(connection: sqlite3.Connection, caption: str) -> bytes | None:
    """Store a caption's text, unless it is known already, and return its digest; None where there is no caption."""
    try:
        content = files.read_if_there(caption)
    except OSError as error:
        raise files.explanation(caption, error, "read") from error
    if content is None:
        return None
    digest = hashlib.sha256(content).digest()
    connection.execute("INSERT OR IGNORE INTO snapshot_texts VALUES (?, ?)", (digest, content))
    return digest
