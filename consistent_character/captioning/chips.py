"""Where the zoom, the viewing angle and the posture of a caption stand, or would stand: what a chip replaces.

Whole phrases only, whatever their case and spacing; everything else in the caption stays, character for character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from consistent_character.prompts import infotext
from consistent_character.prompts.cells import EXTRA_NETWORK, Vocabulary, as_listed, phrase_pattern

_PHOTO = re.compile(r"(?P<article>\ban?\s+)?(?P<photo>\bphoto\s+of\b)", re.IGNORECASE)
_ARTICLE_BEFORE = re.compile(r"\ban?\s+\Z", re.IGNORECASE)
_LEADING = re.compile(r"\ufeff?\s*")


@dataclass(frozen=True)
class Place:
    """The part of a text from `start` to `end`, in characters, that a phrase takes, with `before` and `after` around.

    `phrase` is the one that is there now, as it stands in the list; empty if none is, and the part is where one
    belongs. `gone` is what goes when the phrase goes, a comma with it; None where it may only be replaced.
    """

    start: int
    end: int
    before: str = ""
    after: str = ""
    phrase: str = ""
    gone: tuple[int, int] | None = None

    def put(self, text: str, phrase: str) -> str:
        """The text with the phrase in this place."""
        return f"{text[: self.start]}{self.before}{phrase}{self.after}{text[self.end :]}"

    def remove(self, text: str) -> str:
        """The text without the phrase that is here, as far as it can go."""
        start, end = self.gone or (0, 0)
        return text[:start] + text[end:]


@dataclass(frozen=True)
class Places:
    """The places of one caption."""

    zoom: Place
    angle: Place
    posture: Place


def places(text: str, vocabulary: Vocabulary, postures: Sequence[str], token: str) -> Places:
    """Where a caption names its zoom, viewing angle and posture, or where the tutorial would name them.

    Of several the first one counts. Where generation parameters are still in the caption, they are left alone.
    """
    head = _head(text)
    zoom, angle = _found(head, vocabulary.zooms), _found(head, vocabulary.angles)
    return Places(
        zoom or _zoom_place(head, angle, token),
        angle or _angle_place(head, zoom, token),
        _posture_found(head, postures) or _posture_place(head, token),
    )


def _head(text: str) -> str:
    """The text up to the end of its prompt: what generation parameters say is said of how it was made."""
    prompt = infotext.prompt_of(text)
    start = text.find(prompt)
    return text[: start + len(prompt)] if prompt and start >= 0 else text


def _found(text: str, phrases: Sequence[str]) -> Place | None:
    if not phrases:
        return None
    for found in re.finditer(rf"{EXTRA_NETWORK}|(?P<phrase>{phrase_pattern(phrases).pattern})", text, re.IGNORECASE):
        if found["phrase"]:
            return Place(found.start(), found.end(), phrase=as_listed(found[0], phrases))
    return None


def _zoom_place(text: str, angle: Place | None, token: str) -> Place:
    """Before the angle, else before "photo of"; an article that stands there alone goes, since zooms have their own."""
    if angle:
        article = _ARTICLE_BEFORE.search(text[: angle.start])
        return Place(article.start() if article else angle.start, angle.start, after=" ")
    if photo := _PHOTO.search(text):
        return Place(photo.start(), photo.start("photo"), after=" ")
    return _front(text, token)


def _angle_place(text: str, zoom: Place | None, token: str) -> Place:
    """Behind the zoom, else before "photo of"."""
    if zoom:
        return Place(zoom.end, zoom.end, before=" ")
    if photo := _PHOTO.search(text):
        return Place(photo.start("photo"), photo.start("photo"), after=" ")
    return _front(text, token)


def _front(text: str, token: str) -> Place:
    """At the beginning: "… photo of" the token, and a phrase of its own before anything else."""
    leading = _LEADING.match(text)
    start = leading.end() if leading else 0
    if start == len(text):
        return Place(start, start, after=f" photo of {token}")
    begins_with_token = re.match(rf"{re.escape(token)}(?![\w-])", text[start:], re.IGNORECASE)
    return Place(start, start, after=" photo of " if begins_with_token else ", ")


def _posture_found(text: str, postures: Sequence[str]) -> Place | None:
    found = _found(text, postures)
    if found is None:
        return None
    comma_before = re.search(r"\s*,\s*\Z", text[: found.start])
    comma_behind = re.match(r"\s*,\s*", text[found.end :])
    start, end = found.start, found.end
    if comma_before and (comma_behind or not text[end:].strip()):
        start = comma_before.start()
    elif comma_behind and not text[:start].strip():
        end += comma_behind.end()
    elif start and text[start - 1].isspace() and (text[end : end + 1].strip(",") == "" or text[end].isspace()):
        start -= 1
    return Place(found.start, found.end, phrase=found.phrase, gone=(start, end))


def _posture_place(text: str, token: str) -> Place:
    """A phrase of its own, behind the one that names the token; at the end where none does."""
    body = len(text.rstrip().rstrip(",").rstrip())
    named = re.search(rf"(?<![\w-]){re.escape(token)}(?![\w-])", text, re.IGNORECASE)
    comma = text.find(",", named.end()) if named else -1
    at = len(text[:comma].rstrip()) if 0 <= comma < body else body
    if not text[:at].strip("\ufeff \t\r\n"):
        return Place(len(text[:at]), len(text[:at]))
    return Place(at, at, before=", ")
