"""A character's own postures, kept in its folder beside the tutorial's seven."""

from __future__ import annotations

from pathlib import Path

import pytest

from consistent_character.captioning.postures import (
    MOST,
    POSTURES,
    keep_postures,
    own_postures,
    postures_for,
    spellings,
)
from consistent_character.errors import FolderError, RequestError


def test_they_are_kept_one_on_each_line(tmp_path: Path) -> None:
    assert own_postures(tmp_path) == ()
    kept = keep_postures(tmp_path, ["sitting  on a chair", "jumping", "Jumping", "standing", "lying on his back", " "])
    assert kept == ("sitting on a chair", "Jumping")
    assert own_postures(tmp_path) == kept
    assert (tmp_path / "postures.txt").read_bytes() == b"sitting on a chair\nJumping\n"


@pytest.mark.parametrize("words", ["a, b", "(a)", "<a>", "a\\b"])
def test_what_ends_a_phrase_is_refused_and_nothing_is_written(tmp_path: Path, words: str) -> None:
    with pytest.raises(RequestError, match="means something else"):
        keep_postures(tmp_path, ["jumping", words])
    with pytest.raises(RequestError, match=f"{MOST} at most"):
        keep_postures(tmp_path, [f"posture {number}" for number in range(MOST + 1)])
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "postures.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(FolderError, match="UTF-8"):
        own_postures(tmp_path)


def test_they_are_said_of_whom_they_are_about() -> None:
    assert postures_for("woman") == POSTURES
    assert postures_for("old man")[1] == "lying on his back"
    assert "lying on their side" in spellings(POSTURES)
