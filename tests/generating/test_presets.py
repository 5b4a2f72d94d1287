"""Presets are kept whole and read again; lists come in from every file that is promised."""

from __future__ import annotations

import csv
import json
from io import StringIO
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consistent_character.errors import FolderError, RequestError
from consistent_character.generating.presets import (
    FILE_NAME,
    TUTORIAL_NAME,
    Presets,
    from_text,
    phrases,
    read_file,
    row_of,
)
from consistent_character.prompts.cells import TUTORIAL, Vocabulary

MINE = Vocabulary(("near", "far, far away"), ('a "Dutch" angle', "front shot"))


def test_the_tutorials_is_always_there_and_stays(tmp_path: Path) -> None:
    presets = Presets(tmp_path)
    assert presets.names() == (TUTORIAL_NAME,)
    assert presets.read(TUTORIAL_NAME) == TUTORIAL
    for refused in (lambda: presets.save(TUTORIAL_NAME, MINE), lambda: presets.remove(TUTORIAL_NAME)):
        with pytest.raises(RequestError):
            refused()


def test_saved_found_by_another_window_replaced_and_removed(tmp_path: Path) -> None:
    assert Presets(tmp_path).save(" mine ", MINE) == "mine"
    Presets(tmp_path).save("a", TUTORIAL)
    assert Presets(tmp_path).names() == (TUTORIAL_NAME, "a", "mine")
    assert Presets(tmp_path).read("mine") == MINE
    Presets(tmp_path).save("mine", Vocabulary(("x",), ("y",)))
    assert Presets(tmp_path).read("mine") == Vocabulary(("x",), ("y",))
    Presets(tmp_path).remove("mine")
    assert Presets(tmp_path).names() == (TUTORIAL_NAME, "a")
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
    with pytest.raises(RequestError, match="no preset “mine”"):
        Presets(tmp_path).read("mine")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 65])
def test_a_name_that_cannot_be_used(tmp_path: Path, name: str) -> None:
    with pytest.raises(RequestError, match="name"):
        Presets(tmp_path).save(name, MINE)
    assert not (tmp_path / FILE_NAME).exists()


@pytest.mark.parametrize("content", ["", "[]", '{"presets": {"a": {"zooms": "near"}}}', '{"presets": 3}', "\x00"])
def test_a_broken_file_is_named_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    for use in (Presets(tmp_path).names, lambda: Presets(tmp_path).save("a", MINE)):
        with pytest.raises(FolderError, match=FILE_NAME):
            use()
    assert (tmp_path / FILE_NAME).read_text(encoding="utf-8") == content


_WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=8)
_PHRASE = st.lists(_WORDS, min_size=1, max_size=3).map(" ".join)


@given(st.lists(_PHRASE, min_size=1, max_size=6))
def test_a_row_is_read_as_the_web_ui_reads_it(values: list[str]) -> None:
    row = row_of(values)
    assert phrases(row) == tuple(values)
    assert list(map(str.strip, chain.from_iterable(csv.reader(StringIO(row), skipinitialspace=True)))) == values


def test_the_tutorials_rows() -> None:
    assert row_of(TUTORIAL.zooms) == "an extreme closeup, a medium closeup, a closeup, a medium shot, a full body"
    assert from_text(f"{row_of(TUTORIAL.zooms)}\n{row_of(TUTORIAL.angles)}\n") == TUTORIAL


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "near\nfar\n\nfront\nback\n"),
        ("a.txt", "\ufeff# how near\nnear\nfar\n\n\n# where from\nfront\nback"),
        ("a.txt", "near, far\r\n\r\nfront, back\r\n"),
        ("a.csv", "near,far\nfront,back\n"),
        ("a.json", '{"zooms": ["near", "far"], "angles": ["front", "back"]}'),
        ("a.TOML", 'zooms = ["near", "far"]\nangles = ["front", "back"]\n'),
    ],
)
def test_every_kind_of_file(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_bytes(content.encode())
    assert read_file(tmp_path / name) == Vocabulary(("near", "far"), ("front", "back"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b""),
        ("a.txt", b"near, far"),
        ("a.txt", b"a\n\nb\n\nc"),
        ("a.txt", "näh\n\nvorn".encode("latin-1")),
        ("a.json", b"[]"),
        ("a.json", b'{"zooms": ["near"]}'),
        ("a.json", b'{"zooms": "near", "angles": ["front"]}'),
        ("a.toml", b"zooms = 3"),
        ("a.json", b'{"zooms": ["near", "near"], "angles": ["front"]}'),
    ],
)
def test_a_file_without_such_lists_says_so(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RequestError):
        read_file(tmp_path / name)


def test_what_is_stored_is_json_that_a_person_can_mend(tmp_path: Path) -> None:
    Presets(tmp_path).save("mine", MINE)
    document = json.loads((tmp_path / FILE_NAME).read_text(encoding="utf-8"))
    assert document["presets"]["mine"]["zooms"] == ["near", "far, far away"]
