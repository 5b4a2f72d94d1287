"""EXIF's user comment, which is where JPEG, WebP and AVIF pictures carry their infotext."""

from __future__ import annotations

import struct

_EXIF_FOLDER = 0x8769
_USER_COMMENT = 0x9286
_ENTRY = 12
_INLINE = 4
"""Bytes that an entry holds itself; longer values lie elsewhere."""

_UNICODE = b"UNICODE\0"
_OTHER_ENCODINGS = {b"ASCII\0\0\0": "utf-8", b"JIS\0\0\0\0\0": "shift_jis", b"\0\0\0\0\0\0\0\0": "utf-8"}


def user_comment(exif: bytes) -> str:
    """The user comment's text; empty if there is none.

    Args:
        exif: a TIFF structure, from its byte order on.

    Raises:
        ValueError: it is broken, or the text is not in the encoding that it tells of.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        raise ValueError("its EXIF is broken")
    try:
        (first,) = struct.unpack_from(f"{order}I", exif, 4)
        folder = _value(exif, order, first, _EXIF_FOLDER)
        comment = _value(exif, order, struct.unpack(f"{order}I", folder)[0], _USER_COMMENT) if folder else b""
    except struct.error as error:
        raise ValueError("its EXIF is broken") from error
    return _decoded(comment)


def _value(exif: bytes, order: str, folder: int, tag: int) -> bytes:
    """The bytes of an entry; none if the folder lacks it."""
    (entries,) = struct.unpack_from(f"{order}H", exif, folder)
    for at in range(folder + 2, folder + 2 + entries * _ENTRY, _ENTRY):
        found, _, count = struct.unpack_from(f"{order}HHI", exif, at)
        if found != tag:
            continue
        length = count if tag == _USER_COMMENT else _INLINE
        (start,) = (at + 8,) if length <= _INLINE else struct.unpack_from(f"{order}I", exif, at + 8)
        if start + length > len(exif):
            raise ValueError("its EXIF is broken")
        return exif[start : start + length]
    return b""


def _decoded(comment: bytes) -> str:
    """The text behind the eight bytes that name its encoding; without them it is UTF-8."""
    prefix, rest = comment[:8], comment[8:]
    try:
        if prefix == _UNICODE:
            return _utf_16(rest).strip("\0")
        if prefix in _OTHER_ENCODINGS:
            return rest.strip(b"\0").decode(_OTHER_ENCODINGS[prefix])
        return comment.strip(b"\0").decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"its EXIF is no {error.encoding} text") from error


def _utf_16(data: bytes) -> str:
    """UTF-16 as A1111 writes it, most significant byte first; others write the other order, as its zeros tell."""
    if data[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return data.decode("utf-16")
    first_is_high = data[0::2].count(0) >= data[1::2].count(0)
    return data.decode("utf-16-be" if first_is_high else "utf-16-le")
