"""Lists of zooms and viewing angles under names of their own, and such lists read from a file."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from consistent_character.character.files import read_if_there, write_whole
from consistent_character.errors import FolderError, RequestError
from consistent_character.prompts.cells import TUTORIAL, Vocabulary

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE_NAME = "grid-presets.json"

TUTORIAL_NAME = "The tutorial's 5 × 5"
"""The preset that is always there."""

_NAME = re.compile(r"[^\x00-\x1f]{1,64}")
_ADVICE = (
    "It may be a .json or .toml with the lists “zooms” and “angles”, or a text: the zooms, a blank line, then the "
    "angles, each on a line of its own or all in one line with commas between them."
)


class Presets:
    """The presets of one folder. Nothing is kept in memory: two windows see the same."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def names(self) -> tuple[str, ...]:
        """All names, the tutorial's first.

        Raises:
            FolderError: the file of presets cannot be read.
        """
        return (TUTORIAL_NAME, *sorted(self._stored()))

    def read(self, name: str) -> Vocabulary:
        """The lists of a preset.

        Raises:
            RequestError: there is none of that name.
            FolderError: the file of presets cannot be read.
        """
        presets = {**self._stored(), TUTORIAL_NAME: TUTORIAL}
        if name not in presets:
            raise RequestError(f"There is no preset “{name}”. Take one of: {', '.join(presets)}.")
        return presets[name]

    def save(self, name: str, vocabulary: Vocabulary) -> str:
        """Store lists under a name, in place of what was under it; returns the name as it was stored.

        Raises:
            RequestError: the lists or the name cannot be used.
            FolderError: the file of presets cannot be read or written.
        """
        name = name.strip()
        if not _NAME.fullmatch(name):
            raise RequestError("Give the preset a name of at most 64 characters.")
        if name == TUTORIAL_NAME:
            raise RequestError(f"“{name}” stays as it is: save your lists under another name.")
        vocabulary.check()
        self._write({**self._stored(), name: vocabulary})
        return name

    def remove(self, name: str) -> None:
        """Forget a preset.

        Raises:
            RequestError: there is none of that name, or it is the tutorial's.
            FolderError: the file of presets cannot be read or written.
        """
        stored = self._stored()
        if name not in stored:
            raise RequestError(f"There is no preset “{name}” that could be removed.")
        self._write({other: vocabulary for other, vocabulary in stored.items() if other != name})

    def _stored(self) -> dict[str, Vocabulary]:
        content = read_if_there(self._path)
        if content is None:
            return {}
        try:
            document = json.loads(content)
            return {str(name): _vocabulary(lists) for name, lists in document["presets"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, RequestError) as error:
            raise FolderError(f"{self._path} cannot be read as presets: mend it, or move it away.") from error

    def _write(self, presets: Mapping[str, Vocabulary]) -> None:
        document = {
            "version": 1,
            "presets": {name: {"zooms": v.zooms, "angles": v.angles} for name, v in sorted(presets.items())},
        }
        write_whole(self._path, f"{json.dumps(document, ensure_ascii=False, indent=1)}\n".encode())


def read_file(path: Path) -> Vocabulary:
    """The lists in a file that a person brought.

    Raises:
        RequestError: it holds no such lists.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".json":
            vocabulary = _vocabulary(json.loads(text))
        elif path.suffix.lower() == ".toml":
            vocabulary = _vocabulary(tomllib.loads(text))
        else:
            vocabulary = from_text(text)
    except OSError as error:
        raise RequestError(f"{path.name} cannot be opened: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError) as error:
        raise RequestError(f"{path.name} cannot be read as lists of zooms and angles. {_ADVICE}") from error
    vocabulary.check()
    return vocabulary


def from_text(text: str) -> Vocabulary:
    """The lists in a text: two blocks with a blank line between them, or two rows as Prompt S/R takes them.

    Raises:
        RequestError: it holds no such lists.
    """
    lines = [line.strip() for line in text.splitlines() if not line.lstrip().startswith("#")]
    blocks = [block.splitlines() for block in re.split(r"\n{2,}", "\n".join(lines).strip())]
    if len(blocks) == 1 and len(blocks[0]) == 2:
        blocks = [[row] for row in blocks[0]]
    if len(blocks) != 2:
        raise RequestError(f"This text is no list of zooms and one of angles. {_ADVICE}")
    zooms, angles = (tuple(phrase for line in block for phrase in phrases(line)) for block in blocks)
    return Vocabulary(zooms, angles)


def phrases(row: str) -> tuple[str, ...]:
    """The phrases of a row with commas between them, read as the web UI's Prompt S/R reads it; empty ones left out.

    Source: `csv_string_to_list_strip` of `scripts/xyz_grid.py` of A1111 1.10.1.
    """
    rows = csv.reader(StringIO(row), skipinitialspace=True)
    return tuple(tidy for cells in rows for cell in cells if (tidy := " ".join(cell.split())))


def row_of(phrases: Sequence[str]) -> str:
    """The phrases as one row, which Prompt S/R and `phrases` read as the same ones again."""
    return ", ".join(f'"{_doubled(phrase)}"' if {",", '"'} & {*phrase} else phrase for phrase in phrases)


def _doubled(phrase: str) -> str:
    return phrase.replace('"', '""')


def _vocabulary(lists: Any) -> Vocabulary:
    return Vocabulary(_phrases(lists["zooms"]), _phrases(lists["angles"]))


def _phrases(values: Iterable[Any]) -> tuple[str, ...]:
    if isinstance(values, str) or not all(isinstance(value, str) for value in values):
        raise TypeError("a list of texts is needed")
    return tuple(" ".join(str(value).split()) for value in values)
