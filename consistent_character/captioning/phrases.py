"""A text as phrases between commas."""

from __future__ import annotations


def spaced(text: str) -> str:
    """One space between words, one comma and one space between phrases, no phrase empty."""
    words = " ".join(text.split())
    if words.count(",") == words.count(", ") and " ," not in words and not words.startswith(","):
        return words
    return ", ".join(phrases(words))


def phrases(text: str) -> list[str]:
    """The phrases between commas, spaces tidied, without those that are empty."""
    return [*filter(None, map(str.strip, " ".join(text.split()).split(",")))]
