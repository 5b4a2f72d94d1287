"""Phrases that every caption shall have: put in where they are missing."""

from __future__ import annotations

from collections.abc import Sequence

from consistent_character.captioning.chips import places
from consistent_character.captioning.phrases import phrases
from consistent_character.captioning.postures import POSTURES, spellings
from consistent_character.prompts.cells import TUTORIAL, Vocabulary, folded


class Additions:
    """The phrases `wanted`; a posture stands where chips put it, in another posture's place, the others at the end."""

    def __init__(
        self,
        wanted: Sequence[str],
        token: str,
        vocabulary: Vocabulary = TUTORIAL,
        postures: Sequence[str] = POSTURES,
    ) -> None:
        self._wanted = tuple(phrase for text in wanted for phrase in phrases(text))
        self._token = token
        self._vocabulary = vocabulary
        self._postures = spellings(postures)
        self._folded = frozenset(map(folded, self._postures))

    def to(self, text: str) -> str:
        """The text with all of them in it, those that it had where they were."""
        for phrase in self._wanted:
            if folded(phrase) in map(folded, phrases(text)):
                continue
            if folded(phrase) in self._folded:
                text = places(text, self._vocabulary, self._postures, self._token).posture.put(text, phrase)
            else:
                text = ", ".join((*phrases(text), phrase))
        return text
