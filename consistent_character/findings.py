"""What a look before a run found, and how it can be mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning"]
Mending = Literal["settings", "move-out", "captions", "host"]
_SHOWN = 3


@dataclass(frozen=True)
class Fix:
    """What one press of a button can do about a finding; `label` stands on the button.

    `how`: `settings` are changed to `changes`; `move-out` takes the finding's images out of the training set, in a way
    that can be undone; `captions` runs the caption step; `host` is done by the host's trainer.
    """

    label: str
    how: Mending
    changes: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class Finding:
    """Something that would spoil a run. An `error` stops it, a `warning` does not.

    `code` is a short name that stays the same; `message` says what is wrong, `remedy` what to do about it; `images` are
    the file names that it is about, if it is about some; `fix` does what the remedy says, where a program can.
    """

    severity: Severity
    code: str
    message: str
    remedy: str
    images: tuple[str, ...] = ()
    fix: Fix | None = None

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"


def about(
    severity: Severity, code: str, images: Sequence[Path], what: str, remedy: str, fix: Fix | None = None
) -> tuple[Finding, ...]:
    """A finding that says how many images `what` holds for, and names the first; none if there are no images."""
    if not images:
        return ()
    names = tuple(image.name for image in images)
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    counted = f"{len(names)} image{'s' if len(names) > 1 else ''}"
    return (Finding(severity, code, f"{counted} {what}: {shown}.", remedy, names, fix),)
