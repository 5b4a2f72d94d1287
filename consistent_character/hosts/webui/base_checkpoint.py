"""The checkpoint that a character is trained on, found among the web UI's and loaded for as long as it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from modules import sd_models, shared

from consistent_character.errors import CheckpointError
from consistent_character.hosts.webui.checkpoints import loaded_model
from consistent_character.hosts.webui.keeping import kept
from consistent_character.hosts.webui.kinds import kind

_MENU = "sd_model_checkpoint"


def find_checkpoint(wanted: str) -> Any | None:
    """The web UI's checkpoint of that name or path, whatever its folder; None if it has none."""
    for found in sd_models.checkpoints_list.values():
        path = Path(found.filename)
        if wanted in (found.filename, found.title, found.name) or Path(wanted).name in (path.name, path.stem):
            return found
    return None


def checkpoint_names() -> tuple[str, ...]:
    """The names in the web UI's menu of checkpoints, without folder and ending."""
    return tuple(sorted({Path(found.filename).stem for found in sd_models.checkpoints_list.values()}, key=str.casefold))


@contextmanager
def checkpoint_in_use(wanted: str) -> Iterator[None]:
    """That checkpoint, and afterwards the one before.

    Raises:
        CheckpointError: the web UI has none of that name.
    """
    found = find_checkpoint(wanted) if wanted else None
    if wanted and found is None:
        raise CheckpointError(
            f"The web UI has no checkpoint {wanted}: put its file into models/Stable-diffusion and refresh the list."
        )
    if found is None or found.filename == loaded_model().sd_checkpoint_info.filename:
        yield
        return
    with kept(), _given_back(found):
        kind().load(found)
        yield


@contextmanager
def _given_back(loaded: Any) -> Iterator[None]:
    """On Forge, which `kept` loads nothing for: the checkpoint before, unless the user has chosen another meanwhile."""
    before, settings = loaded_model().sd_checkpoint_info, shared.opts.data
    menu = {name: settings[name] for name in (_MENU,) if name in settings}
    try:
        yield
    finally:
        # Not by its title: that is another one as soon as the file's hash is known.
        if not kind().trains and sd_models.select_checkpoint() is loaded:
            kind().load(before)
            settings.pop(_MENU, None)
            settings.update(menu)
