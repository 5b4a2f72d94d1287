"""What a command has to say, to a person or to a program."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence

from consistent_character.documents import to_json


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
