"""The infotext inside of a picture: in PNG's chunk `parameters`, else in the user comment of EXIF.

Only the picture's outer structure is read, so AVIF needs no plugin and a big picture no time.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Literal, TypeAlias

from consistent_character.prompts.exif import user_comment

Place: TypeAlias = Literal["", "png", "exif"]

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
_KEYWORD = b"parameters"
_EXIF = b"Exif\0\0"
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_JPEG_PIXELS = frozenset({0xDA, 0xD9})
_JPEG_APP1 = 0xE1
_MOST_EXTENTS = 64
_LONGEST = 16 * 2**20
"""Bytes of a text that are read at most; A1111's are a few thousand."""


@dataclass(frozen=True)
class PictureText:
    """What was found and where; both are empty if nothing was."""

    text: str = ""
    place: Place = ""


def text_inside(picture: BinaryIO) -> PictureText:
    """The infotext of a PNG, JPEG, WebP or AVIF picture.

    Raises:
        ValueError: it is no such picture, or it is broken; says which.

    Source: the places of `modules/images.py: save_image_with_geninfo` of A1111 1.10.1.
    """
    start = picture.read(12)
    try:
        if start.startswith(PNG):
            picture.seek(len(PNG))
            return _in_png(picture)
        exif = _reader_for(start)(picture)
        text = user_comment(exif) if exif else ""
    except (struct.error, zlib.error, EOFError, IndexError, OverflowError) as error:
        raise ValueError("its structure is broken") from error
    return PictureText(text, "exif" if text else "")


def _reader_for(start: bytes) -> Callable[[BinaryIO], bytes]:
    """What finds the EXIF of a picture that starts so."""
    if start.startswith(JPEG):
        return _exif_in_jpeg
    if start[:4] == b"RIFF" and start[8:] == b"WEBP":
        return _exif_in_webp
    if start[4:8] == b"ftyp":
        return _exif_in_avif
    raise ValueError("it is no PNG, JPEG, WebP or AVIF picture")


def _in_png(file: BinaryIO) -> PictureText:
    exif = b""
    ended = False
    while not ended:
        length, kind = struct.unpack(">I4s", file.read(8))
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            keyword, _, rest = _exactly(file, length).partition(b"\0")
            if keyword == _KEYWORD:
                return PictureText(_png_text(kind, rest), "png")
        elif kind == b"eXIf":
            exif = _exactly(file, length)
        else:
            file.seek(length, os.SEEK_CUR)
        file.seek(4, os.SEEK_CUR)
        ended = kind == b"IEND"
    text = user_comment(exif) if exif else ""
    return PictureText(text, "exif" if text else "")


def _png_text(kind: bytes, rest: bytes) -> str:
    """The text of a chunk, behind its keyword. PNG says: Latin-1 in tEXt and zTXt, UTF-8 in iTXt."""
    if kind == b"tEXt":
        return rest.decode("latin-1")
    if kind == b"zTXt":
        return _inflated(rest[1:]).decode("latin-1")
    compressed = rest[:1] == b"\1"
    _, _, text = rest[2:].split(b"\0", 2)
    return (_inflated(text) if compressed else text).decode("utf-8")


def _inflated(data: bytes) -> bytes:
    inflating = zlib.decompressobj()
    text = inflating.decompress(data, _LONGEST)
    if inflating.unconsumed_tail:
        raise ValueError("its text is longer than any prompt")
    return text


def _exif_in_jpeg(file: BinaryIO) -> bytes:
    file.seek(2)
    while True:
        marker = file.read(2)
        while marker == b"\xff\xff":  # fill bytes
            marker = b"\xff" + file.read(1)
        if len(marker) < 2 or marker[0] != 0xFF:
            raise EOFError
        if marker[1] in _JPEG_PIXELS:
            return b""
        if marker[1] in _JPEG_BARE:
            continue
        (length,) = struct.unpack(">H", file.read(2))
        if marker[1] != _JPEG_APP1:
            file.seek(max(length - 2, 0), os.SEEK_CUR)
        elif (data := _exactly(file, max(length - 2, 0))).startswith(_EXIF):
            return data.removeprefix(_EXIF)


def _exif_in_webp(file: BinaryIO) -> bytes:
    file.seek(12)
    while head := file.read(8):
        kind, length = struct.unpack("<4sI", head)
        if kind == b"EXIF":
            return _exactly(file, length).removeprefix(_EXIF)
        file.seek(length + length % 2, os.SEEK_CUR)
    return b""


def _exif_in_avif(file: BinaryIO) -> bytes:
    file.seek(0)
    for kind, box in _boxes(file):
        if kind == b"meta":
            return _exif_item(file, BytesIO(_exactly(box, _LONGEST, at_most=True)[4:]))
    return b""


def _exif_item(file: BinaryIO, meta: BinaryIO) -> bytes:
    parts = {kind: box.read() for kind, box in _boxes(meta)}
    number = _exif_number(parts.get(b"iinf", b""))
    for extents in _extents(parts.get(b"iloc", b""), number) if number is not None else ():
        in_file, offset, length = extents
        source: BinaryIO = file if in_file else BytesIO(parts.get(b"idat", b""))
        source.seek(offset)
        data = _exactly(source, length)
        (skipped,) = struct.unpack(">I", data[:4])
        return data[4 + skipped :].removeprefix(_EXIF)
    return b""


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, BinaryIO]]:
    """Kind and content of each box; the content must be read before going on. The pixels are passed over unread."""
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        size = 8
        if length == 1:
            (length,) = struct.unpack(">Q", file.read(8))
            size = 16
        if kind == b"mdat" and length == 0:  # up to the end of the file
            return
        if length < size:
            raise EOFError
        if kind == b"mdat":
            file.seek(length - size, os.SEEK_CUR)
        else:
            yield kind, BytesIO(_exactly(file, length - size))


def _exif_number(iinf: bytes) -> int | None:
    """The number of the item that is EXIF."""
    if not iinf:
        return None
    long_count = iinf[0] > 0
    for kind, box in _boxes(BytesIO(iinf[8 if long_count else 6 :])):
        entry = box.read()
        if kind != b"infe" or entry[0] < 2:
            continue
        form = ">IH4s" if entry[0] > 2 else ">HH4s"
        number, _, item_kind = struct.unpack_from(form, entry, 4)
        if item_kind == b"Exif":
            return int(number)
    return None


def _extents(iloc: bytes, wanted: int) -> Iterator[tuple[bool, int, int]]:
    """Of one item's parts: whether it lies in the file (not in `idat`), offset and length in bytes."""
    if not iloc:
        return
    version = iloc[0]
    fields = _Fields(iloc, 6)
    offset_size, length_size = iloc[4] >> 4, iloc[4] & 15
    base_size, index_size = iloc[5] >> 4, iloc[5] & 15 if version else 0
    for _ in range(fields.take(4 if version == 2 else 2)):
        number = fields.take(4 if version == 2 else 2)
        in_file = (fields.take(2) & 15 if version else 0) == 0
        fields.take(2)
        base = fields.take(base_size)
        extents = fields.take(2)
        if extents > _MOST_EXTENTS:
            raise EOFError
        for _ in range(extents):
            fields.take(index_size)
            offset, length = fields.take(offset_size), fields.take(length_size)
            if number == wanted:
                yield in_file, base + offset, length


class _Fields:
    """Big-endian numbers one after the other."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def take(self, size: int) -> int:
        field = self._data[self._at : self._at + size]
        if len(field) < size:
            raise EOFError
        self._at += size
        return int.from_bytes(field, "big")


def _exactly(file: BinaryIO, length: int, at_most: bool = False) -> bytes:
    if length > _LONGEST:
        raise EOFError
    data = file.read(length)
    if len(data) < length and not at_most:
        raise EOFError
    return data
