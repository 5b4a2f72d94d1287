"""Lines for a person who looks on while a job runs, above its progress bar."""

from __future__ import annotations

from collections.abc import Callable

from consistent_character.progress import Progress
from consistent_character.terminal import TerminalProgress


def tell_above(progress: Progress) -> Callable[[str], None]:
    """Writes a line above the terminal's bar; nowhere where nobody looks on."""
    return progress.tell if isinstance(progress, TerminalProgress) else lambda line: None
