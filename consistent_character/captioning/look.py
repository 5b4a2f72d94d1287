"""Finding a character's look in a caption, and putting the token in its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from consistent_character.prompts import emphasis

_ARTICLE = re.compile(r"(?:an?|the)\s+(?=\S)", re.IGNORECASE)


@dataclass(frozen=True)
class Naming:
    """A text in which the token stands for the look (`replaced`: by this naming), or the `problem` why it does not."""

    text: str
    replaced: bool = False
    problem: str = ""


class Look:
    """A look that is to become `token`.

    It is found as one string, or as its comma-separated parts in any order; in any case and spacing, with any article.
    """

    def __init__(self, look: str, token: str) -> None:
        self._parts = tuple(part for phrase in emphasis.plain(look).split(",") if (part := " ".join(phrase.split())))
        self._patterns = {part: re.compile(rf"(?<!\w){_loose(part)}(?!\w)", re.IGNORECASE) for part in self._parts}
        whole = r"\s*,\s*".join(map(_loose, self._parts))
        self._whole = re.compile(rf"(?<!\w){whole}(?!\w)", re.IGNORECASE)
        self._token = token
        self._named = re.compile(rf"(?<![\w-]){re.escape(token)}(?![\w-])", re.IGNORECASE)

    def name(self, text: str) -> Naming:
        """Put the token where the look begins; a text that has the token already and nothing of the look stays.

        `text` is plain words. Where the look is missing, incomplete or there twice, the text stays and the problem is
        told.
        """
        if self._named.search(text):
            rest = self._found_parts(text)
            problem = f"it has the token and the look too (“{rest[0]}”)" if rest else ""
            return Naming(text, problem=problem)
        wholes = list(self._whole.finditer(text)) if self._parts else []
        if len(wholes) > 1:
            return Naming(text, problem="the look is in it more than once")
        if wholes:
            return self._checked(text, text[: wholes[0].start()], text[wholes[0].end() :])
        return self._name_scattered(text)

    def join(self, text: str) -> str:
        """Drop the comma behind a token that ends a phrase ("photo of token, naked"), as the tutorial does."""
        return re.sub(rf"(?<=[^,\s] )({re.escape(self._token)}), ", r"\1 ", text, count=1)

    def _checked(self, text: str, before: str, after: str) -> Naming:
        leftovers = self._found_parts(f"{before}\n,\n{after}")
        if leftovers:
            return Naming(text, problem=f"“{leftovers[0]}” of the look is in it once more")
        return Naming(f"{before}{self._token}{after}", replaced=True)

    def _name_scattered(self, text: str) -> Naming:
        """The parts one by one; the longest first, so that "nose" is not looked for inside of "a straight nose"."""
        places: dict[str, tuple[int, int]] = {}
        rest = text
        for part in sorted(self._parts, key=len, reverse=True):
            found = [match.span() for match in self._patterns[part].finditer(rest)]
            if len(found) > 1:
                return Naming(text, problem=f"“{part}” of the look is in it more than once")
            if found:
                places[part] = found[0]
                start, end = found[0]
                rest = rest[:start] + "\0" * (end - start) + rest[end:]
        return self._assembled(text, places)

    def _assembled(self, text: str, places: dict[str, tuple[int, int]]) -> Naming:
        if not places:
            return Naming(text, problem="the look is not in it")
        if missing := [part for part in self._parts if part not in places]:
            return Naming(text, problem=f"only a part of the look is in it, “{missing[0]}” is missing")
        first, *others = sorted(places.values())
        for start, end in reversed(others):
            if text[:start].rstrip()[-1:] != ",":
                return Naming(text, problem=f"“{text[start:end]}” of the look is in the middle of a phrase")
            text = text[:start] + text[end:]
        return Naming(text[: first[0]] + self._token + text[first[1] :], replaced=True)

    def _found_parts(self, text: str) -> list[str]:
        return [part for part, pattern in self._patterns.items() if pattern.search(text)]


def _loose(part: str) -> str:
    """A part's pattern: any spacing, with any article or none in front."""
    words = _ARTICLE.sub("", part, count=1) if _ARTICLE.match(part) else part
    return r"(?:(?:an?|the)\s+)?" + r"\s+".join(map(re.escape, words.split()))
