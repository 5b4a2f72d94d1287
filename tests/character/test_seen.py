"""What was seen in pictures is kept in character.db, also in one that an earlier version has made."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.vision.seeing import pool
from consistent_character.vision.seeing.cache import SeenCache
from consistent_character.vision.seeing.sight import Sight, lookers

SOMEBODY = Character(token="fr3nchl4dysd15", look="a 30yo woman")


def test_it_is_there_when_the_folder_is_opened_again(tmp_path: Path) -> None:
    with CharacterFolder.create(tmp_path / "lady", SOMEBODY) as folder:
        cache: SeenCache = folder.database
        assert cache.found(["a"]) == {}
        cache.keep("a", b"\x00first\xff")
        cache.keep("a", b"\x00second\xff")
    with CharacterFolder.open(tmp_path / "lady") as folder:
        assert folder.database.found(["b", "a"]) == {"a": b"\x00second\xff"}


def test_a_database_of_an_earlier_version_gets_the_table(tmp_path: Path) -> None:
    with CharacterFolder.create(tmp_path / "lady", SOMEBODY) as folder:
        folder.database.store("curate-1:abc", {"kept": True})
    with sqlite3.connect(tmp_path / "lady" / "character.db") as connection:
        connection.execute("DROP TABLE seen")
    connection.close()
    with CharacterFolder.open(tmp_path / "lady") as folder:
        folder.database.keep("a", b"seen")
        assert folder.database.found(["a"]) == {"a": b"seen"}
        assert folder.database.cached("curate-1:abc") == {"kept": True}


def test_a_picture_is_looked_at_once_for_a_character(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (20, 20)).save(tmp_path / "a.png")
    with CharacterFolder.create(tmp_path / "lady", SOMEBODY) as folder, Sight(lookers(None), folder.database) as sight:
        (first,) = sight.look([tmp_path / "a.png"])
    monkeypatch.setattr(pool.Worker, "ask", None)  # there is nobody left who could look
    with CharacterFolder.open(tmp_path / "lady") as folder, Sight(lookers(None), folder.database) as sight:
        (again,) = sight.look([tmp_path / "a.png"])
    assert (again.by, again.hashes, again.sharpness) == (first.by, first.hashes, first.sharpness)
