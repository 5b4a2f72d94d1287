"""Mending what a look before training found, at the press of a button."""

from __future__ import annotations

from collections.abc import Callable

from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import Engine
from consistent_character.errors import RequestError
from consistent_character.findings import Finding, Fix, Mending, Severity, about
from consistent_character.training.settings import TrainingSettings

__all__ = ["Finding", "Fix", "Mending", "Severity", "about", "mend"]

CaptionStep = Callable[[CharacterFolder], object]


def mend(
    finding: Finding, folder: CharacterFolder, settings: TrainingSettings, engine: Engine, caption: CaptionStep
) -> TrainingSettings:
    """Do what the finding's fix says; returns the settings to go on with.

    `caption` runs the caption step, which this step does not know.

    Raises:
        RequestError: the finding cannot be mended by a program, or the host refuses.
        FolderError: images could not be moved.
    """
    fix = finding.fix
    if fix is None:
        raise RequestError(f"That must be mended by hand. {finding.remedy}")
    if fix.how == "settings":
        return settings.with_changes(**dict(fix.changes))
    if fix.how == "move-out":
        wanted = set(finding.images)
        folder.move_out([(pair, finding.code) for pair in folder.pairs() if pair.image.name in wanted])
    elif fix.how == "captions":
        caption(folder)
    elif engine.trainer is not None:
        engine.trainer.mend(finding)
    return settings
