"""A prompt as plain lower-case words, whatever was done to disguise them."""

from __future__ import annotations

import re
import unicodedata

from consistent_character.prompts import emphasis

_LOOK_ALIKES = str.maketrans(
    dict(zip("авекмнорстухіјѕԁոαεικνορτυχηłøđ", "abekmhopctyxijsdnaeikvoptuxnlod", strict=True))
    | {"æ": "ae", "œ": "oe"}
)
_LEET = str.maketrans("013457@$!", "oieastasi")
_LEET_ONE_AS_L = str.maketrans("013457@$!", "oleastasi")
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SMALL = {word: number for number, word in enumerate(_ONES + _TEENS, start=1)}
_NUMBER = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})(?: ?(?P<ones>{'|'.join(_ONES)}))?|(?P<small>{'|'.join(_SMALL)}))\b"
)
_HUNDREDS = re.compile(r"\b(?:\d+ |a )?hundred(?: and)? ?\d+\b|\b\d+ hundred\b")
_DECIMALS = re.compile(r"(?<=\d)\.\d+")
_POSSESSIVE = re.compile(r"['\u2019]s\b")
_APART = re.compile(r"(?<!\d)\d \d(?!\d)(?= ?y)")
_NOT_A_NUMBER = re.compile(r"(?<!\S)[^\d\s]\S*")
_MARKS = ("Mn", "Me", "Cf", "Cc", "Co")


def readings(prompt: str) -> tuple[str, ...]:
    """The prompt's words as somebody may read them: as they stand, and with digits inside of words as letters.

    Words stand between single spaces; numbers below 100 are digits.
    """
    text = _plain_letters(emphasis.plain(prompt))
    written = (text, _letters_for_digits(text, _LEET), _letters_for_digits(text, _LEET_ONE_AS_L))
    return tuple(dict.fromkeys(_digits(_only_words(reading)) for reading in written))


def _letters_for_digits(text: str, letters: dict[int, int]) -> str:
    """Words that do not begin with a digit, with their digits and signs as the letters that they look like."""
    return _NOT_A_NUMBER.sub(lambda word: word[0].translate(letters), text)


def _plain_letters(text: str) -> str:
    """Lower case, no accents, nothing invisible, look-alikes of Latin letters as these, digits as 0 to 9."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (mark for mark in decomposed if mark.isspace() or unicodedata.category(mark) not in _MARKS)
    return re.sub(r"\w+", _latin, "".join(_ascii_digit(mark) for mark in kept))


def _latin(word: re.Match[str]) -> str:
    """A word in look-alikes only is a disguise; other Cyrillic or Greek words are left alone."""
    translated = word[0].translate(_LOOK_ALIKES)
    return translated if translated.isascii() else word[0]


def _ascii_digit(mark: str) -> str:
    return str(unicodedata.digit(mark)) if mark.isdigit() else mark


def _only_words(text: str) -> str:
    """Words between single spaces; every sign counts as a space."""
    return " ".join(re.findall(r"[^\W_]+", _POSSESSIVE.sub("", _DECIMALS.sub("", text))))


def _digits(words: str) -> str:
    """Numbers below 100 as digits, also when they were pulled apart before an age; hundreds as 100."""
    numbers = _HUNDREDS.sub("100", _NUMBER.sub(_as_digits, words))
    return _APART.sub(lambda found: found[0].replace(" ", ""), numbers)


def _as_digits(found: re.Match[str]) -> str:
    if found["small"]:
        return str(_SMALL[found["small"]])
    ones = _SMALL[found["ones"]] if found["ones"] else 0
    return str(10 * (_TENS.index(found["tens"]) + 2) + ones)
