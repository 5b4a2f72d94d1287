"""Where the web UI keeps what is ours."""

from __future__ import annotations

from pathlib import Path

from modules import shared
from modules.paths_internal import data_path

OPTION = "consistent_character_root"
"""The setting's name, in the web UI's config.json."""


def characters() -> Path:
    """The folder of the character folders; it need not exist yet.

    A path in the settings that is not absolute is taken from the web UI's data folder.
    """
    chosen = str(getattr(shared.opts, OPTION, "") or "").strip()
    return (Path(data_path).resolve() / (Path(chosen).expanduser() if chosen else usual_characters())).resolve()


def usual_characters() -> Path:
    """Where they are unless the settings say otherwise, within the web UI's data folder."""
    return Path("outputs", "consistent-character")
