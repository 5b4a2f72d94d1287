"""The phrases between a caption's commas: how often each is used, and which captions have one or lack it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from consistent_character.captioning.phrases import phrases as split
from consistent_character.prompts import infotext


def phrases(text: str) -> tuple[str, ...]:
    """A caption's phrases in order, each once: their case kept, one space between words.

    Of a caption that still is a whole infotext, those of its prompt.
    """
    return tuple(dict.fromkeys(split(infotext.prompt_of(text).removeprefix("\ufeff"))))


def frequencies(texts: Iterable[str]) -> dict[str, int]:
    """In how many captions each phrase is, the most frequent first; equals by the alphabet."""
    counts = Counter(phrase for text in texts for phrase in phrases(text))
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0].lower(), entry[0])))


def with_tag(texts: Sequence[str], tag: str) -> tuple[int, ...]:
    """The places in `texts` of those that have the phrase."""
    wanted = " ".join(tag.split())
    return tuple(place for place, text in enumerate(texts) if wanted in phrases(text))


def without_tag(texts: Sequence[str], tag: str) -> tuple[int, ...]:
    """The places in `texts` of those that lack the phrase."""
    wanted = " ".join(tag.split())
    return tuple(place for place, text in enumerate(texts) if wanted not in phrases(text))


def chosen(texts: Sequence[str], has: str | None = None, lacks: str | None = None) -> tuple[int, ...]:
    """The places in `texts` of those that have one phrase and lack another, as far as one is named."""
    having = with_tag(texts, has) if has else range(len(texts))
    lacking = set(without_tag(texts, lacks)) if lacks else set(range(len(texts)))
    return tuple(place for place in having if place in lacking)
