"""In which words the pictures of a folder were asked for: the lists of its plan, and the tutorial's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from consistent_character.prompts.cells import TUTORIAL, Vocabulary

FILE_NAME = "grid.json"
"""The plan that the generating step stores in the folder: each of its pictures with its zoom and angle."""


def vocabulary_of(folder: Path) -> Vocabulary:
    """The zooms and viewing angles by which the folder's prompts are read; the tutorial's where there is no plan."""
    try:
        document = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        return Vocabulary(_named("zoom", document), _named("angle", document)).joined(TUTORIAL)
    except (OSError, ValueError, KeyError, TypeError):
        return TUTORIAL  # a broken plan is for the generating step to tell of; the pictures can be read without it


def _named(what: str, document: dict[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(picture[what]) for picture in document["pictures"]))
