"""Infotext: the generation parameters that A1111 writes into a picture and into the .txt beside it.

<prompt, of any number of lines>
Negative prompt: <of any number of lines; missing when it is empty>
Steps: 30, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.0, Seed: 1, Size: 512x512, …
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_NEGATIVE = "Negative prompt:"
_PAIR = re.compile(r'\s*(?P<key>\w[\w \-/]*?)\s*:\s*(?P<value>"(?:\\.|[^\\"])*"(?=\s*(?:,|$))|[^,]*)(?:,|$)')
_PARAMETERS_START = re.compile(r"\s*Steps:\s*\d+\s*(?:,|$)")


@dataclass(frozen=True)
class Infotext:
    """What a picture was made from; `parameters` in the order in which they are written, `Steps` first."""

    prompt: str
    negative_prompt: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


def parse(text: str) -> Infotext:
    """Read an infotext; text that is none is all prompt.

    The parameters are the last line, and only if it begins with `Steps: <number>`; a prompt may say "Steps:" anywhere
    else. The first line that begins with "Negative prompt:" ends the prompt.

    Source: the format of `modules/infotext_utils.py: parse_generation_parameters` of A1111 1.10.1.
    """
    lines = text.replace("\r\n", "\n").strip().split("\n")
    parameters = _parameters(lines[-1])
    if parameters:
        lines.pop()
    start = next((at for at, line in enumerate(lines) if line.lstrip().startswith(_NEGATIVE)), len(lines))
    negative = "\n".join(lines[start:]).lstrip().removeprefix(_NEGATIVE)
    return Infotext("\n".join(lines[:start]).strip(), negative.strip(), parameters)


def format(infotext: Infotext) -> str:
    """Write an infotext as A1111 does in the PNG chunk `parameters`; the .txt has one newline more."""
    negative = f"{_NEGATIVE} {infotext.negative_prompt}" if infotext.negative_prompt else ""
    parameters = ", ".join(f"{key}: {_quote(value)}" for key, value in infotext.parameters.items())
    return "\n".join(part for part in (infotext.prompt, negative, parameters) if part).strip()


def _parameters(line: str) -> dict[str, str]:
    """The pairs of a parameters line; none if it is not one."""
    if not _PARAMETERS_START.match(line):
        return {}
    pairs: dict[str, str] = {}
    at = 0
    while found := _PAIR.match(line, at):
        pairs[found["key"]] = _unquote(found["value"].strip())
        at = found.end()
    return pairs if not line[at:].strip() else {}


def _quote(value: str) -> str:
    """Quoted, if the value would not come back by itself."""
    if value != value.strip() or value.startswith('"') or re.search("[,:\n]", value):
        return json.dumps(value, ensure_ascii=False)
    return value


def _unquote(value: str) -> str:
    if not (len(value) >= 2 and value[0] == value[-1] == '"'):
        return value
    try:
        return str(json.loads(value))
    except json.JSONDecodeError:
        return value
