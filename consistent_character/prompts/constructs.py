"""What a prompt may hold besides words and emphasis, and how a caption is made of it all the same.

A picture of `[a:b:0.5]`, `[a|b]` or `a AND b` has been told several things, and a caption can say one. The rule:

    a schedule      says what it said at the last step
    an alternation  says its first option
    AND             the parts of positive weight, in order, with ", " between them and without their weights

A person has to look at what comes of it, so each of them is named as a reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from consistent_character.prompts import composition, emphasis
from consistent_character.prompts.composition import Part
from consistent_character.prompts.schedules import Alternation, Items, Schedule, Times, parse, spell

MANY_STEPS = 1_000_000
"""Where the number of steps is not known: every step that a prompt names has been reached."""

_IN_BRACKETS = re.compile(r"(?<!\\)\[[^\[\]]*(?<!\\)\]")
_LONGEST = 60


@dataclass(frozen=True)
class Resolved:
    """A prompt that says one thing; `reasons` tell what had to be resolved, and are empty where nothing was."""

    text: str
    reasons: tuple[str, ...] = ()


def resolved(text: str, steps: int = MANY_STEPS, hires_steps: int | None = None) -> Resolved:
    """What a caption says of a prompt with schedules, alternations and AND; any other prompt stays as it is.

    Extra networks must have been taken out before, as A1111 does: the colons in them divide brackets.

    Args:
        text: the prompt.
        steps: of the picture's first pass.
        hires_steps: of its second pass, where it had one.
    """
    if "[" not in text and "AND" not in text:
        return Resolved(text)
    times = Times.of(steps, hires_steps)
    if not composition.is_composed(text):
        return _resolved(text, times)
    parts = composition.parts(text)
    kept = [_resolved(part.text, times) for part in parts if part.weight > 0]
    # A bracket does not reach beyond its part; with the parts joined it would.
    words = ", ".join(emphasis.strip(part.text).strip() for part in kept)
    return Resolved(words, (_joined(parts), *(reason for part in kept for reason in part.reasons)))


def _resolved(text: str, times: Times) -> Resolved:
    items = parse(text)
    words = text if items == (text,) else spell(items, lambda item: _kept(item, times))
    reasons = [_reason(item, text, times) for item in items if not isinstance(item, str)]
    reasons += [
        f"it holds “{_short(found)}”, which is read as words"
        for found in _IN_BRACKETS.findall(words)
        if ":" in found or "|" in found
    ]
    return Resolved(words, tuple(dict.fromkeys(reasons)))


def _kept(item: Schedule | Alternation, times: Times) -> Items:
    if isinstance(item, Alternation):
        return item.options[0]
    return item.before if times.steps <= item.last_step_before(times) else item.after


def _reason(item: Schedule | Alternation, text: str, times: Times) -> str:
    kept = spell((item,), lambda inner: _kept(inner, times)).strip()
    what, why = ("an alternation", "its first") if isinstance(item, Alternation) else ("a schedule", "at the last step")
    source = _short(text[item.start : item.end])
    outcome = f"“{_short(kept)}” was kept" if kept else "nothing was kept"
    return f"it held {what}, “{source}”: {outcome}, {why if what == 'an alternation' else f'as {why}'}"


def _joined(parts: tuple[Part, ...]) -> str:
    dropped = [f"“{_short(part.text.strip())}” at weight {part.weight:g}" for part in parts if not part.weight > 0]
    left_out = f", without {' and '.join(dropped)}" if dropped else ""
    return f"it held AND: its parts were joined{left_out}"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"
