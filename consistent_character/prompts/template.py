"""Prompt templates of textual inversion: lines with `[name]` and `[filewords]`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from consistent_character.errors import RequestError

DEFAULT_TEMPLATE = ("[name], [filewords]",)
"""The tutorial's: the name once more in front, since A1111 fails to train on `[filewords]` alone."""

_PLACEHOLDER = re.compile(r"\[(name|filewords)\]")


def fill(line: str, name: str, filewords: str) -> str:
    """The training prompt: the embedding's name for `[name]`, the caption for `[filewords]`.

    A caption that says "[name]" itself is left as it is.
    """
    values = {"name": name, "filewords": filewords}
    return _PLACEHOLDER.sub(lambda found: values[found[1]], line)


def check_template(lines: Sequence[str]) -> None:
    """See that every line can train.

    Raises:
        RequestError: there is no line, a line is blank, or a line lacks `[name]`.
    """
    if not lines:
        raise RequestError("The prompt template is empty: give it a line such as “[name], [filewords]”.")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            raise RequestError(
                f"Line {number} of the prompt template is blank and would train on an empty prompt: remove it."
            )
        if "[name]" not in line:
            raise RequestError(
                f"Line {number} of the prompt template lacks [name], so nothing would learn from it: add it."
            )
