r"""Schedules and alternations in prompts: what a prompt says at each step, with the meaning that A1111 gives it.

    [a:b:0.5]   a for the first half of the steps, then b           [a:b:12]   a up to step 12, then b
    [b:0.5]     nothing, then b          [a::0.5]   a, then nothing
    [a|b]       a at step 1, b at step 2, a at step 3, and so on; options may be empty

They nest. What looks like one but is none, because a bracket in it is not closed or a number is missing, is text. A
lone `|` anywhere makes the whole prompt text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

_LEXER = re.compile(r"(?P<text>(?:[^\\\[\]():|]|\\.)+)|(?P<mark>[\[\]():|])")
_NUMBER = re.compile(r"\s*(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*")
_CLOSES = {")": "(", "]": "["}


@dataclass(frozen=True)
class Schedule:
    """`before` up to a time, `after` from then on.

    `when` is as it was written: with a point a share of the steps, without one a step. `start` and `end` are its place
    in the prompt, in characters.
    """

    before: Items
    after: Items
    when: str
    start: int
    end: int

    def last_step_before(self, times: Times) -> int:
        """The last step at which it says `before`; 0 or less if it never does."""
        value = float(self.when)
        if times.old:
            value = value * times.steps if value < 1 else value
        elif "." in self.when:
            value = (value - times.float_offset) * times.steps
        else:
            value -= times.int_offset
        return int(max(-1, min(times.steps, value)))


@dataclass(frozen=True)
class Alternation:
    """Its options take turns, one step each. `start` and `end` are its place in the prompt, in characters."""

    options: tuple[Items, ...]
    start: int
    end: int


Item: TypeAlias = "str | Schedule | Alternation"
Items: TypeAlias = tuple[Item, ...]
Choice: TypeAlias = "Callable[[Schedule | Alternation], Items]"


@dataclass(frozen=True)
class Times:
    """How many steps there are, and how the numbers in schedules are to be read.

    In a hires pass a step counts from the first pass on, and the shares from 1 to 2 are the hires pass's.
    """

    steps: int
    int_offset: int = 0
    float_offset: float = 0.0
    old: bool = False

    @classmethod
    def of(cls, steps: int, hires_steps: int | None = None, old: bool = False) -> Times:
        """Of the first pass; of the hires pass if `hires_steps` are given.

        `old` is A1111's setting for pictures from before 1.6: any number below 1 is a share, and a hires pass says what
        the first pass says.
        """
        if hires_steps is None or old:
            return cls(steps, old=old)
        return cls(hires_steps, int_offset=steps, float_offset=1.0)


@dataclass(frozen=True)
class Said:
    """What a prompt says up to step `until` (counted from 1, included), beginning after the one before."""

    until: int
    text: str


def schedule(text: str, steps: int, hires_steps: int | None = None, old: bool = False) -> tuple[Said, ...]:
    """All that a prompt says, in order; the last entry's `until` is the number of steps.

    Source: the meaning of `modules/prompt_parser.py: get_learned_conditioning_prompt_schedules` of A1111 1.10.1.
    """
    times = Times.of(steps, hires_steps, old)
    items = parse(text)
    return tuple(Said(step, said(items, step, times)) for step in sorted(_changes(items, times)))


def at_step(text: str, step: int, steps: int, hires_steps: int | None = None, old: bool = False) -> str:
    """What a prompt says at a step, counted from 1."""
    return said(parse(text), step, Times.of(steps, hires_steps, old))


def said(items: Items, step: int, times: Times) -> str:
    """What a prompt that was read says at a step, counted from 1."""

    def choose(item: Schedule | Alternation) -> Items:
        if isinstance(item, Alternation):
            return item.options[(step - 1) % len(item.options)]
        return item.before if step <= item.last_step_before(times) else item.after

    return spell(items, choose)


def spell(items: Items, choose: Choice) -> str:
    """The text, with what `choose` takes of every schedule and alternation."""
    words: list[str] = []
    open_items = [iter(items)]
    while open_items:
        for item in open_items[-1]:
            if isinstance(item, str):
                words.append(item)
            else:
                open_items.append(iter(choose(item)))
                break
        else:
            open_items.pop()
    return "".join(words)


def parse(text: str) -> Items:
    """The prompt as text, schedules and alternations, in order.

    Source: the grammar `schedule_parser` in `modules/prompt_parser.py` of A1111 1.10.1.
    """
    if "[" not in text:
        return (text,)
    return _Reader(text).read()


def _changes(items: Items, times: Times) -> set[int]:
    """The steps after which the prompt may say something else, and the last one."""
    steps = {times.steps}
    for item in _constructs(items):
        if isinstance(item, Alternation):
            return set(range(1, times.steps + 1)) | steps
        if (last := item.last_step_before(times)) >= 1:
            steps.add(last)
    return steps


def _constructs(items: Items) -> Iterator[Schedule | Alternation]:
    waiting = [items]
    while waiting:
        for item in waiting.pop():
            if isinstance(item, str):
                continue
            waiting += item.options if isinstance(item, Alternation) else (item.before, item.after)
            yield item


@dataclass(frozen=True)
class _Mark:
    """A colon or bar that may divide the brackets it stands in."""

    text: str


@dataclass
class _Open:
    """A bracket that is open, where it stands, and what has come since."""

    bracket: str
    start: int
    items: list[Item | _Mark]

    def divided(self, mark: str) -> list[Items]:
        """What has come, as divided by one kind of mark; the other kind is text."""
        parts: list[list[Item]] = [[]]
        for item in self.items:
            if not isinstance(item, _Mark):
                parts[-1].append(item)
            elif item.text == mark:
                parts.append([])
            else:
                parts[-1].append(item.text)
        return [tuple(part) for part in parts]

    def count(self, mark: str) -> int:
        return sum(isinstance(item, _Mark) and item.text == mark for item in self.items)


class _Reader:
    """Reads from left to right. A bracket that turns out to be text makes text of every one that is open around it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open = [_Open("", 0, [])]

    def read(self) -> Items:
        at = 0
        for lexeme in _LEXER.finditer(self._text):
            if lexeme.start() != at:
                break
            at = lexeme.end()
            self._take(lexeme[0], lexeme.start(), is_mark=lexeme["mark"] is not None)
        self._loosen()
        items = self._open[0].items
        # A1111 gives up on these, and says the prompt as it stands.
        if at != len(self._text) or self._open[0].count("|"):
            return (self._text,)
        return tuple(item.text if isinstance(item, _Mark) else item for item in items)

    def _take(self, lexeme: str, start: int, is_mark: bool) -> None:
        if not is_mark:
            self._open[-1].items.append(lexeme)
        elif lexeme in ":|":
            self._open[-1].items.append(_Mark(lexeme))
        elif lexeme in "([":
            self._open.append(_Open(lexeme, start, []))
        else:
            self._close(lexeme, start)

    def _close(self, bracket: str, start: int) -> None:
        opened = self._open[-1]
        closed = _closed(opened, start + 1) if opened.bracket == _CLOSES[bracket] else None
        if closed is None:
            self._loosen()
            self._open[0].items.append(bracket)
        else:
            self._open.pop()
            self._open[-1].items += closed

    def _loosen(self) -> None:
        """Make text of all brackets that are open."""
        outside, *opened = self._open
        for one in opened:
            outside.items += [one.bracket, *one.items]
        self._open = [outside]


def _closed(opened: _Open, end: int) -> list[Item] | None:
    """What brackets mean that are closed at `end`; None if they are text."""
    colons, bars = opened.count(":"), opened.count("|")
    if opened.bracket == "(":
        return ["(", *_flat(opened), ")"] if colons <= 1 and not bars else None
    if bars:
        return [Alternation(tuple(opened.divided("|")), opened.start, end)] if not colons else None
    if not colons:
        return ["[", *_flat(opened), "]"]
    *says, when = opened.divided(":")
    number = _NUMBER.fullmatch("".join(item if isinstance(item, str) else "\0" for item in when))
    if colons > 2 or number is None:
        return None
    return [Schedule(says[0] if colons == 2 else (), says[-1], number["number"], opened.start, end)]


def _flat(opened: _Open) -> Iterator[Item]:
    return (item.text if isinstance(item, _Mark) else item for item in opened.items)
