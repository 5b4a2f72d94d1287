"""What a prompt may hold besides words and emphasis: schedules, alternations, AND, extra networks."""

from __future__ import annotations

import re

_EXTRA_NETWORK = re.compile(r"<\w+:[^<>]+>")
_OPEN_FOR_REVIEW = {
    "a schedule": re.compile(r"(?<!\\)\[[^\[\]|]*:[^\[\]|]*(?<!\\)\]"),
    "an alternation": re.compile(r"(?<!\\)\[[^\[\]]*\|[^\[\]]*(?<!\\)\]"),
    "AND": re.compile(r"\bAND\b"),
}


def without_extra_networks(prompt: str) -> str:
    """The prompt without `<lora:name:weight>` and its like, which A1111 takes out before the model reads it."""
    return _EXTRA_NETWORK.sub("", prompt)


def ambiguous(prompt: str) -> tuple[str, ...]:
    """What says different things at different times or of different parts: `[a:b:0.5]`, `[a|b]`, `a AND b`; by name."""
    return tuple(name for name, pattern in _OPEN_FOR_REVIEW.items() if pattern.search(prompt))
