"""One caption at a time, by hand: as it is shown, and back into its file byte for byte where nothing was changed."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from consistent_character.captioning import sources
from consistent_character.captioning.sources import Source
from consistent_character.character.files import explained
from consistent_character.character.folder import CharacterFolder, Pair
from consistent_character.character.journal import CaptionBytes
from consistent_character.character.listing import is_picture
from consistent_character.errors import CaptionError, RequestError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_SHARED = "two images share this caption: rename one of them"
_LINE_END = re.compile("\r\n|\r|\n")


class ChangedMeanwhile(CaptionError):
    """A caption is not what the person saw when they wrote."""


class NoSuchImage(RequestError):
    """There is no image of that name in the folder."""


@dataclass(frozen=True)
class Caption:
    """A caption as an editor shows it.

    `text` has plain newlines and no byte order mark. `problem` tells why it is not to be edited (`locked`), or what
    else is the matter. `stored` are the file's bytes, None where there is no file.
    """

    pair: Pair
    stored: bytes | None
    text: str = ""
    problem: str = ""
    locked: bool = False
    suggested: str = ""

    @property
    def version(self) -> str | None:
        """The same for the same bytes; None where there is no file."""
        return None if self.stored is None else hashlib.sha256(self.stored).hexdigest()[:32]


@dataclass(frozen=True)
class Saved:
    """What is in the file now, and the journal's batch that wrote it; 0 where nothing had to be written."""

    caption: Caption
    batch: int


def captions(folder: CharacterFolder) -> Iterator[Caption]:
    """Every image's caption, in the order of the images' names. No picture is opened."""
    owners = _Owners(folder.images)
    for pair in folder.pairs():
        yield _caption(pair, owners)


def caption_of(folder: CharacterFolder, image: str) -> Caption:
    """The caption of the image of that file name.

    Raises:
        NoSuchImage: there is none in the folder.
    """
    path = picture_of(folder.images, image)
    return _caption(Pair(path, path.with_suffix(".txt")), _Owners(folder.images))


def picture_of(images: Path, image: str) -> Path:
    """The image of that file name, directly in the folder `images`.

    Raises:
        NoSuchImage: there is none.
    """
    plain = image == Path(image).name and not set(image) & set("/\\\0")
    path = images / image
    if not plain or not is_picture(image) or not path.is_file():
        raise NoSuchImage(f"There is no image “{image}” here any more: it was moved or renamed.")
    return path


def save(
    folder: CharacterFolder, image: str, expected: bytes | None, text: str | None, *, convert: bool = False
) -> Saved:
    """Write the caption of one image, as a change of its own in the journal.

    `expected` are the bytes that were shown, None for no file; a `text` of None takes the file away. Byte order mark
    and line ends stay as they are in the file; a text that says what is there already writes nothing. With `convert`,
    a caption in another encoding becomes UTF-8.

    Raises:
        ChangedMeanwhile: something else is in the file now. Nothing is written.
        CaptionError: the caption cannot be edited. Nothing is written.
        NoSuchImage: there is no such image.
        FolderError: the system refuses. Nothing is changed.
    """
    now = caption_of(folder, image)
    if now.stored != expected:
        raise ChangedMeanwhile(f"The caption of {image} was changed by another program since you saw it.")
    if now.locked and not (convert and now.suggested):
        raise CaptionError(f"The caption of {image} stays as it is: {now.problem}.")
    after = None if text is None else encoded(text, _as_utf8(now) if now.locked else now.stored)
    if after == now.stored or (now.stored is None and not after):
        return Saved(now, 0)
    edit = CaptionBytes(now.pair.caption, now.stored, after)
    batch = folder.database.apply_caption_edits([edit], title=f"Edit of {image}")
    return Saved(Caption(now.pair, after, shown(after or b"")), batch)


def shown(stored: bytes) -> str:
    """A caption's bytes as text with plain newlines, without a byte order mark.

    Raises:
        UnicodeDecodeError: they are not UTF-8.
    """
    return _LINE_END.sub("\n", stored.removeprefix(BYTE_ORDER_MARK).decode())


def encoded(text: str, before: bytes | None) -> bytes:
    """A text for the file that held `before`: its byte order mark, and its line ends wherever a line is still there."""
    stored = before or b""
    mark = BYTE_ORDER_MARK if stored.startswith(BYTE_ORDER_MARK) else b""
    return mark + _with_ends(_LINE_END.sub("\n", text), stored.removeprefix(BYTE_ORDER_MARK).decode()).encode()


def _with_ends(text: str, before: str) -> str:
    ends = _LINE_END.findall(before)
    if set(ends) <= {"\n"}:
        return text
    old, new = _LINE_END.split(before), text.split("\n")
    usual = Counter(ends).most_common(1)[0][0]
    placed = [usual] * (len(new) - 1)
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            if block.a + offset < len(ends) and block.b + offset < len(placed):
                placed[block.b + offset] = ends[block.a + offset]
    joined = "".join(part for pair in zip(new, [*placed, ""], strict=True) for part in pair)
    # A lone \r and a lone \n that came to stand together would be one line's end.
    return joined if _LINE_END.sub("\n", joined) == text else text.replace("\n", usual)


class _Owners:
    """Which images have which caption file: a.png and a.jpg share one, and so do two links to one file."""

    def __init__(self, images: Path) -> None:
        self._links: dict[str, str] = {}
        pictures: list[str] = []
        with explained(images), os.scandir(images) as entries:
            for entry in entries:
                if is_picture(entry.name):
                    pictures.append(entry.name)
                elif entry.name.endswith(".txt") and entry.is_symlink():
                    self._links[entry.name] = os.path.realpath(entry.path)
        self._folder = os.path.realpath(images)
        self._counts = Counter(map(self._file, pictures))

    def shared(self, pair: Pair) -> bool:
        """Whether another image has the same caption file."""
        return self._counts[self._file(pair.image.name)] > 1

    def _file(self, picture: str) -> str:
        caption = f"{picture.rpartition('.')[0]}.txt"
        return self._links.get(caption) or f"{self._folder}{os.sep}{caption}"


def _caption(pair: Pair, owners: _Owners) -> Caption:
    shared = _SHARED if owners.shared(pair) else ""
    if not os.path.lexists(pair.caption):
        return Caption(pair, None, problem=shared, locked=bool(shared))
    source = sources.read(pair)
    if source.undecodable:
        return _undecodable(pair, source)
    if source.stored is None:  # it may not be read, or is no file
        return Caption(pair, None, problem=source.problem, locked=True)
    return Caption(pair, source.stored, shown(source.stored), shared, locked=bool(shared))


def _as_utf8(caption: Caption) -> bytes:
    return sources.decode_as(caption.stored or b"", caption.suggested).encode()


def _undecodable(pair: Pair, source: Source) -> Caption:
    known = source.stored is not None and source.suggested
    text = sources.decode_as(source.stored or b"", source.suggested or "") if known else ""
    plain = _LINE_END.sub("\n", text)
    return Caption(pair, source.stored, plain, source.problem, locked=True, suggested=source.suggested or "")
