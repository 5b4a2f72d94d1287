"""What a look before training found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning"]
_SHOWN = 3


@dataclass(frozen=True)
class Finding:
    """Something that would spoil a run. An `error` stops it, a `warning` does not.

    `code` is a short name that stays the same; `message` says what is wrong, `remedy` what to do about it; `images` are
    the file names that it is about, if it is about some.
    """

    severity: Severity
    code: str
    message: str
    remedy: str
    images: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"


def about(severity: Severity, code: str, images: Sequence[Path], what: str, remedy: str) -> tuple[Finding, ...]:
    """A finding that says how many images `what` holds for, and names the first; none if there are no images."""
    if not images:
        return ()
    names = tuple(image.name for image in images)
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    counted = f"{len(names)} image{'s' if len(names) > 1 else ''}"
    return (Finding(severity, code, f"{counted} {what}: {shown}.", remedy, names),)
