"""One caption edited by hand: byte for byte, journalled, and never onto what another program wrote."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from consistent_character.captioning import editing
from consistent_character.captioning.editing import ChangedMeanwhile, NoSuchImage, caption_of, encoded, save, shown
from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.errors import CaptionError

_lines = st.lists(st.tuples(st.sampled_from(["", "a", "b", "naked, é", "a"]), st.sampled_from(["\n", "\r\n", "\r"])))
_stored = st.builds(
    lambda mark, lines, last: mark + "".join(words + end for words, end in lines).encode() + last,
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    _lines,
    st.sampled_from([b"", b"end", b"\xc3\xa9"]),
)
_typed = st.lists(st.sampled_from(["", "a", "b", "new"]), min_size=1).map("\n".join)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[CharacterFolder]:
    with CharacterFolder.create(tmp_path / "l4dyx", Character("l4dyx", "a woman")) as opened:
        for name in ("a", "b", "c"):
            Image.new("RGB", (8, 8)).save(opened.images / f"{name}.png")
            (opened.images / f"{name}.txt").write_bytes(f"photo of l4dyx {name}".encode())
        yield opened


@given(_stored)
def test_what_is_shown_and_not_changed_is_the_same_bytes_again(stored: bytes) -> None:
    assert encoded(shown(stored), stored) == stored


@given(_stored, _typed)
def test_what_was_typed_is_what_is_shown_afterwards(stored: bytes, typed: str) -> None:
    after = encoded(typed, stored)
    assert shown(after) == typed
    assert after.startswith(b"\xef\xbb\xbf") == stored.startswith(b"\xef\xbb\xbf")
    if b"\r" not in stored:
        assert b"\r" not in after


def test_line_ends_stay_with_their_lines() -> None:
    assert encoded("one\nnew\ntwo\nthree", b"one\r\ntwo\nthree") in (
        b"one\r\nnew\r\ntwo\nthree",
        b"one\r\nnew\ntwo\nthree",
    )
    assert encoded("one\ntwo", b"\xef\xbb\xbfone\r\n") == b"\xef\xbb\xbfone\r\ntwo"


def test_a_save_is_a_change_of_its_own_that_undo_takes_back(folder: CharacterFolder) -> None:
    before = caption_of(folder, "b.png")
    saved = save(folder, "b.png", before.stored, "photo of l4dyx kneeling")
    assert saved.batch > 0
    assert saved.caption.version == caption_of(folder, "b.png").version != before.version
    assert (folder.images / "b.txt").read_bytes() == b"photo of l4dyx kneeling"
    assert folder.undo().batch == saved.batch
    assert caption_of(folder, "b.png") == before


def test_the_same_text_writes_nothing(folder: CharacterFolder) -> None:
    (folder.images / "a.txt").write_bytes(b"\xef\xbb\xbfa\r\nb\r\n")
    before = caption_of(folder, "a.png")
    modified = (folder.images / "a.txt").stat().st_mtime_ns
    assert save(folder, "a.png", before.stored, before.text).batch == 0
    assert (folder.images / "a.txt").stat().st_mtime_ns == modified


def test_what_another_program_wrote_is_not_overwritten(folder: CharacterFolder) -> None:
    before = caption_of(folder, "a.png")
    (folder.images / "a.txt").write_bytes(b"by another program")
    with pytest.raises(ChangedMeanwhile, match=r"a\.png"):
        save(folder, "a.png", before.stored, "mine")
    (folder.images / "a.txt").unlink()
    with pytest.raises(ChangedMeanwhile):
        save(folder, "a.png", before.stored, "mine")
    assert not (folder.images / "a.txt").exists()


def test_a_missing_caption_is_made_and_taken_away_again(folder: CharacterFolder) -> None:
    (folder.images / "a.txt").unlink()
    missing = caption_of(folder, "a.png")
    assert (missing.stored, missing.version, missing.text) == (None, None, "")
    assert save(folder, "a.png", None, "").batch == 0
    assert not (folder.images / "a.txt").exists()
    saved = save(folder, "a.png", None, "photo")
    save(folder, "a.png", saved.caption.stored, None)
    assert not (folder.images / "a.txt").exists()


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_an_undecodable_caption_is_converted_when_asked_and_never_otherwise(
    folder: CharacterFolder, encoding: str
) -> None:
    content = "photo of l4dyx, größer, schöne Straße\r\n".encode(encoding)
    (folder.images / "a.txt").write_bytes(content)
    caption = caption_of(folder, "a.png")
    assert caption.locked
    assert caption.problem
    assert caption.text == "photo of l4dyx, größer, schöne Straße\n"
    with pytest.raises(CaptionError, match=r"a\.png stays as it is"):
        save(folder, "a.png", content, "mine")
    assert (folder.images / "a.txt").read_bytes() == content
    save(folder, "a.png", content, caption.text, convert=True)
    assert (folder.images / "a.txt").read_bytes() == "photo of l4dyx, größer, schöne Straße\r\n".encode()
    folder.undo()
    assert (folder.images / "a.txt").read_bytes() == content


def test_binary_is_neither_shown_nor_written(folder: CharacterFolder) -> None:
    content = bytes(range(256)) * 4
    (folder.images / "a.txt").write_bytes(content)
    caption = caption_of(folder, "a.png")
    assert (caption.locked, caption.suggested) == (True, "")
    with pytest.raises(CaptionError):
        save(folder, "a.png", content, "mine", convert=True)
    assert (folder.images / "a.txt").read_bytes() == content


def test_a_caption_that_two_images_share_is_not_edited(folder: CharacterFolder) -> None:
    Image.new("RGB", (8, 8)).save(folder.images / "a.jpg")
    (folder.images / "c.txt").unlink()
    (folder.images / "c.txt").symlink_to("b.txt")
    for image in ("a.png", "a.jpg", "b.png", "c.png"):
        caption = caption_of(folder, image)
        assert "share" in caption.problem
        with pytest.raises(CaptionError, match="share"):
            save(folder, image, caption.stored, "mine")
    assert [one.locked for one in editing.captions(folder)] == [True] * 4


def test_a_link_to_a_caption_elsewhere_stays_a_link(folder: CharacterFolder, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_bytes(b"elsewhere")
    (folder.images / "a.txt").unlink()
    (folder.images / "a.txt").symlink_to(tmp_path / "kept.txt")
    save(folder, "a.png", b"elsewhere", "mine")
    assert (folder.images / "a.txt").is_symlink()
    assert (tmp_path / "kept.txt").read_bytes() == b"mine"


@pytest.mark.parametrize(
    "image", ["d.png", "../a.png", "../images/a.png", "a.txt", ".a.png", "", "..", "a.png/", "a\0.png"]
)
def test_only_an_image_of_the_folder_has_a_caption(folder: CharacterFolder, image: str) -> None:
    with pytest.raises(NoSuchImage):
        caption_of(folder, image)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes among files")
def test_what_is_named_as_a_caption_and_is_none_is_left_alone(folder: CharacterFolder) -> None:
    (folder.images / "a.txt").unlink()
    (folder.images / "a.txt").mkdir()
    caption = caption_of(folder, "a.png")
    assert caption.locked
    with pytest.raises(CaptionError):
        save(folder, "a.png", None, "mine")
