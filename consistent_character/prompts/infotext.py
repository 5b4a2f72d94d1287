"""Infotext: the generation parameters that A1111 writes into a picture and into the .txt beside it.

<prompt, of any number of lines>
Negative prompt: <of any number of lines; missing when it is empty>
Steps: 30, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.0, Seed: 1, Size: 512x512, …

The extension Dynamic Prompts adds what its prompts were made from: `Template: …` and `Negative Template: …`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_DIGITS = 10
_NEGATIVE = "Negative prompt:"
_KEY = r"\w[\w \-/]*?"
_VALUE = r'"(?:\\.|[^\\"])*"(?=\s*(?:,|$))|[^,]*'
_PAIR = re.compile(rf"\s*(?P<key>{_KEY}):\s*(?P<value>{_VALUE})(?:,|$)")
_BARE = re.compile(r"\s*(?P<key>[^,]*)(?:,|$)")
_SOME_PAIR = rf"\s*{_KEY}:\s*(?:{_VALUE})"
_PARAMETERS_START = re.compile(rf"\s*Steps:\s*\d+\s*,{_SOME_PAIR}(?:,{_SOME_PAIR}(?:,|$)|,?\s*$)")
_TEMPLATE = re.compile(r"\n(?=\s*(?:Negative )?Template:)")
_TEMPLATES = re.compile(r"(?:^|\n)\s*(?P<key>(?:Negative )?Template):")


@dataclass(frozen=True)
class Infotext:
    """What a picture was made from; `parameters` in the order in which they are written, `Steps` first."""

    prompt: str
    negative_prompt: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def steps(self) -> int | None:
        """Steps of the first pass."""
        return _whole_number(self.parameters.get("Steps", ""))

    @property
    def hires_steps(self) -> int | None:
        """Steps of the second pass, if there was one; the first pass's where it tells no others."""
        if "Hires upscaler" not in self.parameters:
            return None
        return _whole_number(self.parameters.get("Hires steps", "")) or self.steps


def parse(text: str) -> Infotext:
    """Read an infotext; text that is none is all prompt.

    The parameters are the last line (but for templates), and only if it begins with `Steps: <number>` and has more
    pairs; a prompt may say "Steps:" anywhere else. The first line that begins with "Negative prompt:" ends the prompt.

    Source: the format of `modules/infotext_utils.py: parse_generation_parameters` of A1111 1.10.1.
    """
    prompts, line, templates = _divided(text)
    start = _negative_start(prompts)
    negative = prompts[start:].lstrip().removeprefix(_NEGATIVE)
    return Infotext(prompts[:start].strip(), negative.strip(), {**_parameters(line), **_templates(templates)})


def prompt_of(text: str) -> str:
    """The prompt alone, `parse(text).prompt`, at a fraction of the time."""
    text = _divided(text)[0]
    return text[: _negative_start(text)].strip()


def format(infotext: Infotext) -> str:
    """Write an infotext as A1111 does in the PNG chunk `parameters`; the .txt has one newline more."""
    negative = f"{_NEGATIVE} {infotext.negative_prompt}" if infotext.negative_prompt else ""
    parameters = ", ".join(f"{key}: {_quote(value)}" for key, value in infotext.parameters.items())
    return "\n".join(part for part in (infotext.prompt, negative, parameters) if part).strip()


def _divided(text: str) -> tuple[str, str, str]:
    """The prompts, the line of parameters, and the templates behind it; each may be empty."""
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
    text = text.strip()
    if "Steps:" not in text:
        return text, "", ""
    last = _line_ending_at(text, len(text))
    if last is not None:
        return text[:last], text[last:], ""
    for template in _TEMPLATE.finditer(text) if "Template:" in text else ():
        end = template.start()
        start = _line_ending_at(text, end)
        if start is not None:
            return text[:start], text[start:end], text[template.end() :]
    return text, "", ""


def _line_ending_at(text: str, end: int) -> int | None:
    """Where the line of parameters that ends there starts; None if that line is another one."""
    start = text.rfind("\n", 0, end) + 1
    return start if _PARAMETERS_START.match(text, start, end) else None


def _negative_start(text: str) -> int:
    """Where the first line that begins with "Negative prompt:" starts; the text's length if there is none."""
    at = text.find(_NEGATIVE)
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        if start == at or text[start:at].isspace():
            return start
        end = text.find("\n", at)
        at = text.find(_NEGATIVE, end) if end >= 0 else -1
    return len(text)


def _parameters(line: str) -> dict[str, str]:
    """The pairs of a line of parameters; what has no value stands for itself, as in A1111."""
    pairs: dict[str, str] = {}
    at = 0
    while at < len(line):
        found = _PAIR.match(line, at)
        if found:
            pairs[found["key"].rstrip()] = _unquote(found["value"].strip())
        else:
            found = _BARE.match(line, at)
            assert found is not None, "it matches everything up to a comma"
            if key := found["key"].strip():
                pairs[key] = key
        at = found.end()
    return pairs


def _templates(text: str) -> dict[str, str]:
    """The templates by their names; each may have several lines."""
    found = list(_TEMPLATES.finditer(text))
    ends = [template.start() for template in found[1:]] + [len(text)]
    return {template["key"]: text[template.end() : end].strip() for template, end in zip(found, ends, strict=False)}


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


def _whole_number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < _DIGITS else None
