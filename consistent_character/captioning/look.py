"""Finding a character's look in a caption, and putting the token in its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from consistent_character.prompts import emphasis

_ARTICLE = re.compile(r"(?:an?|the)\s+(?=\S)", re.IGNORECASE)
_ENDS_IN_ARTICLE = re.compile(r"(?<!\w)(?:an?|the)\s+$", re.IGNORECASE)


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
        self._ending = f" {token}, "
        self._named = re.compile(rf"(?<![\w-]){re.escape(token)}(?![\w-])", re.IGNORECASE)
        self._spelt = _Spelt(self._parts, token)

    def name(self, text: str) -> Naming:
        """Put the token where the look begins; a text that has the token already and nothing of the look stays.

        `text` is plain words, with one space between two and `, ` between phrases. Where the look is missing,
        incomplete or there twice, the text stays and the problem is told.
        """
        if place := self._spelt.only_place(text):
            return Naming(f"{text[: place[0]]}{self._token}{text[place[1] :]}", replaced=True)
        return self._searched(text)

    def _searched(self, text: str) -> Naming:
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

    def joined(self, text: str) -> str:
        """Without the comma between a token that ends a phrase and one word: "photo of token naked", as the tutorial.

        Before more words it stays: "photo of token, gray background".
        """
        before, ending, after = text.partition(self._ending)
        if not ending or before.endswith(",") or " " in after.partition(",")[0]:
            return text
        return f"{before}{ending[:-2]} {after}"

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


class _Spelt:
    """The look where it stands as it is written, once and with nothing of it elsewhere: most captions, found at once.

    It finds nothing in doubtful cases; what it finds, the patterns find too.
    """

    def __init__(self, parts: tuple[str, ...], token: str) -> None:
        self._look = ", ".join(parts).lower()
        self._usable = bool(parts) and self._look.isascii() and token.isascii()
        self._bare = not _ARTICLE.match(self._look)
        self._elsewhere = (*(_without_article(part).lower() for part in parts), token.lower())

    def only_place(self, text: str) -> tuple[int, int] | None:
        """From where to where the look stands, in characters."""
        if not (self._usable and text.isascii()):
            return None
        lowered = text.lower()
        start = lowered.find(self._look)
        if start < 0:
            return None
        before, after = lowered[:start], lowered[start + len(self._look) :]
        rest = f"{before}\n{after}"
        if any(part in rest for part in self._elsewhere):
            return None
        if _goes_on(before[-1:]) or _goes_on(after[:1]) or (self._bare and _ENDS_IN_ARTICLE.search(before[-5:])):
            return None
        return start, start + len(self._look)


def _goes_on(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _loose(part: str) -> str:
    """A part's pattern: any spacing, with any article or none in front."""
    return r"(?:(?:an?|the)\s+)?" + r"\s+".join(map(re.escape, _without_article(part).split()))


def _without_article(part: str) -> str:
    return _ARTICLE.sub("", part, count=1) if _ARTICLE.match(part) else part
