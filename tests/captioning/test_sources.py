"""A caption is found in the .txt, else in the picture; what cannot be read is one clear row, never a crash."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from consistent_character.captioning import sources
from consistent_character.captioning.sources import Source
from consistent_character.character.folder import Pair
from consistent_character.errors import CaptionError

TEXT = "a photo of Zoë\nSteps: 4, Sampler: Euler a, Seed: 1"


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """A picture that tells nothing, without a caption."""
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    return Pair(tmp_path / "a.png", tmp_path / "a.txt")


def stored(pair: Pair, content: bytes) -> Source:
    pair.caption.write_bytes(content)
    return sources.read(pair)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", TEXT.encode(), f"{TEXT}\r\n\r\n".encode(), f"\ufeff{TEXT}\n".encode(), "東京 é\n".encode()],
)
def test_utf_8_comes_as_it_is(pair: Pair, content: bytes) -> None:
    assert stored(pair, content) == Source(content, content.decode(), origin="txt")


@pytest.mark.parametrize(
    ("content", "suggested"),
    [
        (TEXT.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-32"), "utf-32"),
        (TEXT.encode("latin-1"), "cp1252"),
        ("a “café”".encode("cp1252"), "cp1252"),
        ("кошка на столе".encode("koi8-r"), None),
        (TEXT.encode() + b"\xff", None),
        ("日本".encode("shift_jis"), None),
        (TEXT.encode()[:16] + "ë".encode()[:1], None),
        (b"\0\x01\x02", None),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08", None),
        (b"a\0b", None),
        (bytes(range(256)), None),
    ],
)
def test_other_bytes_are_told_of(pair: Pair, content: bytes, suggested: str | None) -> None:
    found = stored(pair, content)
    assert (found.stored, found.text, found.undecodable) == (content, "", True)
    assert found.problem
    assert found.suggested == suggested


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_what_is_suggested_gives_the_text(pair: Pair, encoding: str) -> None:
    found = stored(pair, TEXT.encode(encoding))
    assert found.stored is not None
    assert found.suggested is not None
    assert sources.decode_as(found.stored, found.suggested) == TEXT


def test_a_character_that_was_cut_is_said_to_be_missing(pair: Pair) -> None:
    assert "ends in the middle" in stored(pair, "a photo of Zoë".encode()[:-1]).problem


@pytest.mark.parametrize(
    ("content", "encoding"), [(b"a\0", "utf-16-le-x"), (b"\x81", "cp1252"), (b"a\0b", "latin-1"), (b"abc", "utf-16")]
)
def test_a_conversion_that_is_wrong_is_refused(content: bytes, encoding: str) -> None:
    with pytest.raises(CaptionError, match="encoding"):
        sources.decode_as(content, encoding)


def test_an_encoding_that_makes_no_text_is_refused() -> None:
    with pytest.raises(CaptionError, match="no encoding"):
        sources.decode_as(b"abc", "hex")


def test_a_link_is_followed(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"linked")
    pair.caption.symlink_to(tmp_path / "elsewhere")
    assert sources.read(pair) == Source(b"linked", "linked", origin="txt")


def test_a_link_to_nothing_is_no_caption(pair: Pair, tmp_path: Path) -> None:
    pair.caption.symlink_to(tmp_path / "nothing")
    assert "no caption" in sources.read(pair).problem


def test_links_in_a_circle_are_a_row(pair: Pair) -> None:
    pair.caption.symlink_to(pair.caption)
    assert "cannot be read" in sources.read(pair).problem


def test_a_folder_of_that_name_is_a_row(pair: Pair) -> None:
    pair.caption.mkdir()
    assert sources.read(pair).problem == "a.txt is a folder: rename it"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders here")
def test_a_pipe_of_that_name_does_not_wait(pair: Pair) -> None:
    os.mkfifo(pair.caption)
    assert sources.read(pair).text == ""


def test_a_caption_that_may_not_be_read_is_a_row(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.caption.write_bytes(b"secret")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    found = sources.read(pair)
    assert (found.stored, found.undecodable) == (None, False)
    assert "a.txt may not be read" in found.problem


def test_a_file_that_is_no_caption_is_not_read_to_its_end(pair: Pair) -> None:
    found = stored(pair, b"x" * 3_000_000)
    assert found.stored is None
    assert "longer than any caption" in found.problem


def test_a_long_caption_is_read_whole(pair: Pair) -> None:
    assert stored(pair, b"word " * 20_000).text == "word " * 20_000


def test_a_name_in_any_language(tmp_path: Path) -> None:
    pair = Pair(tmp_path / "Zoë 東京 😀.png", tmp_path / "Zoë 東京 😀.txt")
    assert stored(pair, b"found").text == "found"


def saved_png(pair: Pair, **chunks: str) -> Source:
    info = PngInfo()
    for name, text in chunks.items():
        info.add_text(name, text, zip=name == "parameters" and len(text) > 1000)
    Image.new("RGB", (8, 8)).save(pair.image, pnginfo=info)
    return sources.read(pair)


@pytest.mark.parametrize("text", [TEXT, "東京", "a b" * 1000, "東" * 2000])
def test_a_png_tells_it_in_its_chunk(pair: Pair, text: str) -> None:
    assert saved_png(pair, Software="x" * 5000, parameters=text) == Source(None, text, origin="png")


def test_a_caption_file_goes_before_the_picture(pair: Pair) -> None:
    saved_png(pair, parameters=TEXT)
    assert stored(pair, b"").text == ""
    assert sources.read_picture(pair).text == TEXT


def exif_of(comment: bytes) -> Image.Exif:
    exif = Image.Exif()
    exif[0x8769] = {0x9286: comment}
    return exif


@pytest.mark.parametrize("ending", ["jpg", "webp", "png"])
@pytest.mark.parametrize(
    "comment",
    [
        b"UNICODE\0" + TEXT.encode("utf-16-be"),
        b"UNICODE\0" + TEXT.encode("utf-16-le"),
        b"UNICODE\0" + b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"ASCII\0\0\0" + TEXT.encode(),
        b"\0" * 8 + TEXT.encode(),
        TEXT.encode(),
    ],
)
def test_exif_tells_it(tmp_path: Path, ending: str, comment: bytes) -> None:
    pair = Pair(tmp_path / f"a.{ending}", tmp_path / "a.txt")
    Image.new("RGB", (8, 8)).save(pair.image, exif=exif_of(comment))
    assert sources.read(pair) == Source(None, TEXT, origin="exif")


def test_a_comment_of_other_bytes_is_a_row(tmp_path: Path) -> None:
    pair = Pair(tmp_path / "a.jpg", tmp_path / "a.txt")
    Image.new("RGB", (8, 8)).save(pair.image, exif=exif_of(b"caf\xe9 crop"))
    assert "its EXIF is no utf-8 text" in sources.read(pair).problem


def test_neither_is_a_row(pair: Pair) -> None:
    assert sources.read(pair).problem == "there is no caption, and no prompt inside the picture"


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\nbroken", b"\xff\xd8\xff\xe1\xff\xffExif\0\0II*\0"]
)
def test_a_broken_picture_is_a_row(pair: Pair, content: bytes) -> None:
    pair.image.write_bytes(content)
    assert "the picture cannot be read" in sources.read(pair).problem


def test_a_picture_that_is_gone_is_a_row(pair: Pair) -> None:
    pair.image.unlink()
    assert "the picture cannot be read" in sources.read(pair).problem


def test_reading_captions_loads_no_picture_library() -> None:
    code = "import sys; import consistent_character.prompts.picture_texts; print('PIL' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
