"""Whatever bytes a picture has, its text is found or it is told that there is none to be read."""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consistent_character.prompts.picture_texts import PictureText, text_inside
from tests.prompts.strategies import MANY

FIXTURES = Path(__file__).resolve().parents[1] / "captioning" / "fixtures" / "a1111-1.10.1"
PICTURES = {path.name: path.read_bytes() for path in FIXTURES.iterdir() if path.suffix not in (".txt", ".md")}


@MANY
@given(st.sampled_from(sorted(PICTURES)), st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=9)), max_size=6))
def test_broken_pictures_are_told_of(name: str, changes: list[tuple[float, bytes]]) -> None:
    content = bytearray(PICTURES[name])
    for share, new in changes:
        at = int(share**3 * len(content))  # most of what matters stands in front
        content[at : at + len(new)] = new
        if not new:
            del content[at:]
    try:
        found = text_inside(BytesIO(content))
    except ValueError as error:
        assert str(error)
    else:
        assert bool(found.text) == bool(found.place)


def test_a_size_that_makes_no_headway_is_broken() -> None:
    box = b"\0\0\0\x03mdat"
    with pytest.raises(ValueError, match="broken"):
        text_inside(BytesIO(b"\0\0\0\x10ftypavif\0\0\0\0" + box))


def test_a_picture_without_pixels_tells_nothing() -> None:
    assert text_inside(BytesIO(b"\0\0\0\x10ftypavif\0\0\0\0\0\0\0\0mdat")) == PictureText()


def test_texts_that_unfold_without_end_are_refused() -> None:
    bomb = zlib.compress(bytes(40_000_000), 9)
    chunk = b"parameters\0\0" + bomb
    with pytest.raises(ValueError, match="longer than any prompt"):
        text_inside(BytesIO(b"\x89PNG\r\n\x1a\n" + len(chunk).to_bytes(4, "big") + b"zTXt" + chunk))
