"""What a command has to say, to a person or to a program."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The end of a command. `document` is what `--json` prints; `lines` are for a person."""

    document: Mapping[str, object]
    lines: Sequence[str]
    exit_code: int = 0


def show(outcome: Outcome, *, as_json: bool) -> int:
    """Write it to standard output; returns the exit code."""
    text = json.dumps(to_json(outcome.document), ensure_ascii=False, indent=1) if as_json else "\n".join(outcome.lines)
    sys.stdout.buffer.write(f"{text}\n".encode("utf-8", "replace") if text else b"")
    sys.stdout.flush()
    return outcome.exit_code


def to_json(value: object) -> Json:
    """A result's values as JSON has them: dataclasses become objects, paths strings, numpy's numbers numbers.

    Raises:
        TypeError: a value has no form in JSON.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Path):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes):
        return [to_json(item) for item in value]
    if callable(item := getattr(value, "item", None)):
        return to_json(item())
    raise TypeError(f"{type(value).__name__} has no form in JSON")
