"""`tags`, from its words to the answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Call


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Three pictures of anybody; the last one has no caption."""
    for name, text in (("a", "naked, standing"), ("b", "naked\r\n"), ("c", "")):
        Image.new("RGB", (8, 8)).save(tmp_path / f"{name}.png")
        if text:
            (tmp_path / f"{name}.txt").write_bytes(text.encode())
    return tmp_path


def test_tags_are_counted_in_any_folder(call: Call, pictures: Path) -> None:
    answer = call("tags", pictures)
    assert answer.out.splitlines() == ["     2 x naked", "     1 x standing", "2 captions."]
    assert [path.read_bytes() for path in sorted(pictures.glob("*.txt"))] == [b"naked, standing", b"naked\r\n"]


def test_captions_with_and_without_a_tag_are_listed(call: Call, pictures: Path) -> None:
    answer = call("tags", pictures, "--with", "naked", "--without", "standing")
    assert answer.out.splitlines() == ["b.png  naked", "1 of 2 captions."]
    document = call("tags", pictures, "--with", "standing", "--json").document
    assert document["images"] == ["a.png"]
    assert document["tags"] == [{"tag": "naked", "captions": 1}, {"tag": "standing", "captions": 1}]
