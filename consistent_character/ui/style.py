"""The tab's style: the pieces it shares with the report, and its own sheet."""

from __future__ import annotations

from pathlib import Path

from consistent_character.report.page import stylesheet

_PLACES = (Path(__file__).with_name("style.css"), Path(__file__).parents[2] / "style.css")
"""Within an installed package, and at the top of the repository, where the web UI picks it up by itself."""


def tab_style() -> str:
    """All the style rules that the tab needs."""
    own = next((path.read_text(encoding="utf-8") for path in _PLACES if path.is_file()), "")
    return f"{stylesheet('parts.css')}\n{own}"
