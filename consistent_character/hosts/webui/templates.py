"""Our prompt template where the web UI looks for templates, so that the Train tab offers it too."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from modules import shared
from modules.textual_inversion import textual_inversion

from consistent_character.character.files import explained, write_whole

NAME = "subject_filewords_double.txt"
TEMPLATES = Path(__file__).resolve().parents[3] / "textual_inversion_templates"


def offer_template() -> str:
    """Put it there, unless it is, and have the list read anew; returns the name that it is offered by.

    A file of that name with something else in it is the user's: ours takes another name then.

    Raises:
        FolderError: the folder cannot be written.
    """
    folder = Path(shared.cmd_opts.textual_inversion_templates_dir)
    content = (TEMPLATES / NAME).read_bytes()
    offered = next(path for path in _places(folder) if not path.exists() or _same(path, content))
    if not offered.exists():
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
        write_whole(offered, content)
    textual_inversion.list_textual_inversion_templates()
    return offered.name


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes().strip() == content


def _places(folder: Path) -> Iterator[Path]:
    yield folder / NAME
    for number in count(1):
        yield folder / f"{Path(NAME).stem}_consistent_character{number if number > 1 else ''}.txt"
