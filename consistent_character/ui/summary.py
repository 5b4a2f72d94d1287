"""What is in a character folder, in one line of figures."""

from __future__ import annotations

from consistent_character.character.folder import CharacterFolder
from consistent_character.report.markup import Html, element
from consistent_character.ui.pieces import facts, note


def summary(folder: CharacterFolder) -> Html:
    """The character's name and description, and how far it is."""
    character = folder.character
    pairs = folder.pairs()
    figures = facts(
        (
            (f"{len(pairs):,}", "images"),
            (f"{sum(pair.caption.is_file() for pair in pairs):,}", "captions"),
            (f"{sum(1 for path in (folder.path / 'rejected').glob('*/*') if path.suffix != '.txt'):,}", "rejected"),
            (f"{len(folder.runs()):,}", "runs"),
        )
    )
    words = ", ".join(part for part in (character.look, character.body, character.hair) if part)
    name = element("div", element("h2", character.token), element("p", words), class_="cc-name")
    return element("div", name, figures, element("code", str(folder.path)), class_="cc-summary")


def nobody() -> Html:
    """What stands there before a character is open."""
    return note("No character is open. Everything below works on one folder: open it, or create a new one.")
