r"""Emphasis (attention weights) in prompts, with the meaning that A1111 gives it.

    (x)       x at 1.1 times its weight            [x]    x at 1 / 1.1
    (x:1.3)   x at 1.3 times                       \( \) \[ \] \\   the character itself
    BREAK     starts a new chunk of 75 tokens

Brackets nest by multiplication. One left open reaches to the end; one that closes nothing is text. A lone backslash
vanishes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ROUND_FACTOR = 1.1
"""Weight that a plain round bracket multiplies by; a square one divides by it."""

_LEXER = re.compile(
    r"""
      \\ (?P<escaped> [\\()\[\]] )?
    | (?P<opening> [(\[] )
    | : \s* (?P<weight> [+-]? [.\d]+ ) \s* \)
    | (?P<closing> [)\]] )
    | (?P<words> [^\\()\[\]:]+ | : )
    """,
    re.VERBOSE,
)
_BREAK = re.compile(r"\s*\bBREAK\b\s*")
_BREAK_WORD = re.compile(r"\bB(?=REAK\b)")
_MUST_ESCAPE = re.compile(r"[\\()\[\]]")
_WEIGHT = re.compile(r"\s*[+-]?[.\d]+\s*")
_MARK = r"\\[\\()\[\]]?|[()\[\]]|:\s*[+-]?[.\d]+\s*\)"
_MARKS = re.compile(_MARK)
_MARKS_AND_BREAKS = re.compile(rf"{_MARK}|\s*\bBREAK\b\s*")


@dataclass(frozen=True)
class Run:
    """Text that has one weight all through. `BREAK` outside of brackets is `Run("BREAK", -1.0)`."""

    text: str
    weight: float

    @property
    def is_break(self) -> bool:
        """Whether this run starts a new chunk instead of saying something."""
        return self.text == "BREAK" and self.weight == -1.0


@dataclass
class _Piece:
    text: str
    weight: float = 1.0
    is_break: bool = False


@dataclass
class _Reader:
    """The pieces so far, and where each bracket that is still open began."""

    pieces: list[_Piece] = field(default_factory=list)
    opened: dict[str, list[int]] = field(default_factory=lambda: {"(": [], "[": []})

    def take(self, lexeme: re.Match[str]) -> None:
        """Go on by one lexeme."""
        kind = lexeme.lastgroup
        if kind is None or kind == "escaped":
            self.pieces.append(_Piece(lexeme["escaped"] or ""))
        elif kind == "opening":
            self.opened[lexeme[0]].append(len(self.pieces))
        elif kind == "weight" and self.opened["("]:
            self._close("(", _number(lexeme["weight"]))
        elif lexeme[0] == ")" and self.opened["("]:
            self._close("(", ROUND_FACTOR)
        elif lexeme[0] == "]" and self.opened["["]:
            self._close("[", 1 / ROUND_FACTOR)
        else:
            self._words(lexeme[0])

    def finish(self) -> list[_Piece]:
        """Close what was left open."""
        for bracket, factor in (("(", ROUND_FACTOR), ("[", 1 / ROUND_FACTOR)):
            while self.opened[bracket]:
                self._close(bracket, factor)
        return self.pieces

    def _close(self, bracket: str, factor: float) -> None:
        for piece in self.pieces[self.opened[bracket].pop() :]:
            piece.weight *= factor

    def _words(self, words: str) -> None:
        for number, part in enumerate(_BREAK.split(words)):
            if number:
                self.pieces.append(_Piece("BREAK", -1.0, is_break=True))
            self.pieces.append(_Piece(part))


def parse(text: str) -> list[Run]:
    """Runs of equal weight, in order; an empty prompt is one empty run.

    Source: the meaning of `modules/prompt_parser.py: parse_prompt_attention` of A1111 1.10.1. A weight that is no
    number (`(x:1.2.3)`), at which A1111 fails, counts as 1.
    """
    runs: list[Run] = []
    for piece in _pieces(text):
        if runs and runs[-1].weight == piece.weight:
            runs[-1] = Run(runs[-1].text + piece.text, piece.weight)
        else:
            runs.append(Run(piece.text, piece.weight))
    return runs or [Run("", 1.0)]


def strip(text: str) -> str:
    """The same words without emphasis, exactly.

    `parse(strip(text))` is one run of weight 1.0 with the runs' text, joined.

    Brackets that are text come out escaped. Every BREAK becomes one space, since a caption has no chunks; the word
    BREAK that was put together from pieces stays text.
    """
    return escape(plain(text))


def plain(text: str) -> str:
    """The words that a prompt says, without emphasis and without escapes; every BREAK is one space."""
    if "BREAK" in text:
        return _MARKS_AND_BREAKS.sub(_Unmarking().word_for, text)
    if "\\" in text or "[" in text or "]" in text:
        return _MARKS.sub(_Unmarking().word_for, text)
    if "(" not in text and ")" not in text:
        return text
    words = _without_single_brackets(text)
    return _MARKS.sub(_Unmarking().word_for, text) if words is None else words


def escape(words: str) -> str:
    """Write `words` so that a prompt says exactly them, brackets and the word BREAK included."""
    escaped = _MUST_ESCAPE.sub(r"\\\g<0>", words) if any(map(words.__contains__, "\\()[]")) else words
    # A1111 drops a lone backslash but ends the word there, so "B\REAK" says BREAK without being one.
    return _BREAK_WORD.sub(r"B\\", escaped) if "BREAK" in words else escaped


def _without_single_brackets(text: str) -> str | None:
    """The words where every bracket is a round one, closed before the next one opens, as in most prompts; else None."""
    before, *opened = text.split("(")
    words = [before]
    for piece in opened:
        inside, closing, after = piece.partition(")")
        emphasized, colon, weight = inside.partition(":")
        if not closing or (colon and not _WEIGHT.fullmatch(weight)):
            return None
        words += (emphasized, after)
    plain_words = "".join(words)
    return None if ")" in plain_words else plain_words


class _Unmarking:
    """Takes the marks out of a prompt, from left to right; only the brackets that are open need to be counted."""

    def __init__(self) -> None:
        self._round = 0
        self._square = 0

    def word_for(self, mark: re.Match[str]) -> str:
        """What a mark says: nothing, itself where it closes nothing, or the character that it escapes."""
        text = mark[0]
        first = text[0]
        if first == "(":
            self._round += 1
        elif first == "[":
            self._square += 1
        elif first == "\\":
            return text[1:]
        elif first in ":)":
            if not self._round:
                return text
            self._round -= 1
        elif first == "]":
            if not self._square:
                return text
            self._square -= 1
        else:
            return " "
        return ""


def _pieces(text: str) -> list[_Piece]:
    reader = _Reader()
    for lexeme in _LEXER.finditer(text):
        reader.take(lexeme)
    return reader.finish()


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0
