"""Files that a prompt names, `<lora:name:0.8>`; A1111 takes them out of the prompt before the model reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NETWORK = re.compile(r"<(\w+):([^>]+)>")


@dataclass(frozen=True)
class ExtraNetwork:
    """A file that acts on the model: its kind (`lora`, `hypernet`), and what stands behind it between colons."""

    kind: str
    arguments: tuple[str, ...]


def without(prompt: str) -> str:
    """The prompt as the model reads it."""
    return _NETWORK.sub("", prompt) if "<" in prompt else prompt


def named(prompt: str) -> tuple[ExtraNetwork, ...]:
    """The extra networks of a prompt, in order.

    Source: the meaning of `modules/extra_networks.py: parse_prompt` of A1111 1.10.1.
    """
    return tuple(ExtraNetwork(kind, tuple(rest.split(":"))) for kind, rest in _NETWORK.findall(prompt))
