"""Which captions a request means: by zoom, by viewing angle, by words, by file name."""

from __future__ import annotations

from consistent_character.captioning.request import CaptionRequest
from consistent_character.prompts import infotext
from consistent_character.prompts.cells import TUTORIAL, Vocabulary, folded, phrase_pattern


class Scope:
    """The images that a request means; all of them if it says nothing."""

    def __init__(self, request: CaptionRequest, vocabulary: Vocabulary = TUTORIAL) -> None:
        known = vocabulary.joined(TUTORIAL)
        wanted = ((known.zooms, request.zooms), (known.angles, request.angles))
        self._framings = [(phrase_pattern(phrases), set(map(folded, some))) for phrases, some in wanted if some]
        self._search = folded(request.search)
        self._images = frozenset(request.images)
        self._all = not (self._framings or self._search or self._images)

    def holds(self, name: str, text: str | None) -> bool:
        """Whether the image `name` with the caption `text` is meant; one that cannot be read may be (None)."""
        if self._all:
            return True
        if self._images and name not in self._images:
            return False
        if text is None:
            return True
        if self._search and self._search not in folded(f"{name} {text}"):
            return False
        prompt = infotext.prompt_of(text)
        found = ((pattern.search(prompt), some) for pattern, some in self._framings)
        return all(first is not None and folded(first[0]) in some for first, some in found)
