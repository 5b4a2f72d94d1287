"""What is never rendered, on any host: sexual wording together with a person described as under 18.

Only positive prompts are checked; a negative prompt may well say "child". When in doubt this refuses: the way out is
one word away, and an ordinary prompt with a child in it, or one of an adult without clothes, passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consistent_character.errors import UnsafePrompt
from consistent_character.prompts import guard_words
from consistent_character.prompts.plain_words import readings

ADULT_AGE = 18
"""Years from which a person is an adult."""

_SEXUAL = guard_words.pattern_of(guard_words.SEXUAL)
_MINOR = guard_words.pattern_of(guard_words.MINOR)

_YEARS = r"(?:y ?e ?a ?r ?s?|yrs?)"
_PERSON = r"(?:she|he|they|her|him|woman|women|man|men|lady|ladies|female|male|model|person|student|girls?|boys?)"
_NEARLY = r"(?:under|below|younger than|not yet|not even|almost|nearly|turning)"
_UNIT = r"(?:feet|foot|ft|inch(?:es)?|cm|m|mm|met(?:er|re)s?|kg|lbs|pounds|x|th|people|persons)"
_AGES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d)(?P<age>\d{{1,2}}) ?(?:y ?o|y|{_YEARS} ?(?:o ?l ?d ?s?|of age)|{_YEARS} (?:\w+ )?{_PERSON})\b",
        r"(?<!\d)(?P<age>\d{1,2}) ?(?:(?:ans|anos|anni|jahrige?s?)\b|岁|歳|才)",
        r"\b(?:age|aged|ages) ?(?:of |is |about |only |around |just )*(?P<age>\d{1,2})(?!\d)",
        rf"\b{_NEARLY} (?:the )?(?:age )?(?:of )?(?P<under>\d{{1,2}})(?!\d)",
        rf"\b{_PERSON} (?:is |of |only |just |about )*(?P<age>1[0-7])(?!\d)(?! ?(?:{_UNIT}|of|in|on|at|from|with)\b)",
        r"(?<!\d)(?P<newborn>\d{1,3}) ?(?:months?|weeks?|days?) ?old\b",
    )
)
_GIRL_OR_BOY = re.compile(r"(?<![a-z])(?:girls?|boys?)(?![a-z])")
_ADULT = re.compile(r"(?<!\d)(?:1[89]|[2-9]\d) ?(?:yo|y o|yrs?|years?)\b")
_WORDS_BEFORE = 5


def check(prompt: str) -> None:
    """Pass a positive prompt that may be rendered.

    Emphasis, case, spacing, accents, invisible characters, look-alike letters and digits for letters hide nothing.

    Raises:
        UnsafePrompt: it pairs sexual wording with somebody described as under 18, by number or by word.
    """
    views = readings(prompt)
    sexual = next(_sexual(views), None)
    minor = next(_minors(views), None) if sexual else None
    if sexual and minor:
        raise UnsafePrompt(
            f"This prompt is refused: it pairs sexual wording (“{sexual}”) with somebody described as under 18 "
            f"(“{minor}”). Take the sexual wording out, or describe adults only, with an age of 18 or more."
        )


def refuses(prompt: str) -> bool:
    """Whether `check` refuses it."""
    try:
        check(prompt)
    except UnsafePrompt:
        return True
    return False


def _sexual(views: tuple[str, ...]) -> Iterator[str]:
    for view in views:
        words = guard_words.NOT_SEXUAL.sub("/", view)
        yield from _found(_SEXUAL, guard_words.SEXUAL_ANYWHERE, words)


def _minors(views: tuple[str, ...]) -> Iterator[str]:
    for view in views:
        words = guard_words.NOT_MINOR.sub("/", view)
        yield from _young_ages(words)
        yield from _found(_MINOR, guard_words.MINOR_ANYWHERE, words)
        yield from _girls_and_boys(words)


def _young_ages(words: str) -> Iterator[str]:
    for pattern in _AGES:
        for found in pattern.finditer(words):
            told = found.groupdict()
            if (
                "newborn" in told
                or int(told.get("age", ADULT_AGE)) < ADULT_AGE
                or int(told.get("under", ADULT_AGE + 1)) <= ADULT_AGE
            ):
                yield found[0]


def _girls_and_boys(words: str) -> Iterator[str]:
    """A girl or a boy counts as a child, unless an adult's age stands shortly before: "25yo French girl"."""
    for found in _GIRL_OR_BOY.finditer(words):
        before = words[: found.start()].split()[-_WORDS_BEFORE:]
        if not _ADULT.search(" ".join(before)):
            yield found[0]


def _found(pattern: re.Pattern[str], anywhere: tuple[str, ...], words: str) -> Iterator[str]:
    yield from (found[0] for found in pattern.finditer(words))
    yield from (part for part in anywhere if part in words)
