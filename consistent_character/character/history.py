"""What was done to a folder's files, batch by batch, for people to look back on."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timezone

from consistent_character.character.batches import Batch, Kind

_TITLES: dict[Kind, str] = {"captions": "Captions changed", "moves": "Files moved"}

_QUERY = """
SELECT id, made, kind, state, title, 1 + COALESCE(
    (SELECT MAX(position) FROM caption_edits WHERE batch = batches.id),
    (SELECT MAX(position) FROM moves WHERE batch = batches.id), -1)
FROM batches ORDER BY id DESC
"""


def read_history(connection: sqlite3.Connection) -> tuple[Batch, ...]:
    """Every batch, the newest first."""
    return tuple(
        Batch(batch, time_of(made), kind, count, state, title_of(kind, title))
        for batch, made, kind, state, title, count in connection.execute(_QUERY)
    )


def title_of(kind: Kind, title: str) -> str:
    """What a batch is called; those without a title by their kind."""
    return title or _TITLES[kind]


def time_of(made: str) -> datetime:
    """A time as SQLite writes it, which is UTC to the second."""
    return datetime.fromisoformat(made).replace(tzinfo=timezone.utc)
