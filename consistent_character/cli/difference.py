"""A caption's change as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from consistent_character.captioning import DiffPart, Kind

Style = Mapping[Kind, str]

COLOURED: Style = {"same": "{}", "removed": "\x1b[31m\x1b[9m{}\x1b[0m", "added": "\x1b[32m{}\x1b[0m"}
PLAIN: Style = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}


def marked(parts: Iterable[DiffPart], style: Style = PLAIN) -> str:
    """What stayed, went and came, in one line of text."""
    return "".join(style[part.kind].format(part.text) for part in parts).strip()
