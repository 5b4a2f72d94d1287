"""The web UI's own parser reads every prompt as ours does."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from consistent_character.prompts import emphasis
from tests.webui.server import WebUI

PROMPTS = 100_000
PIECES = [
    "(",
    ")",
    "[",
    "]",
    "\\",
    ":",
    "1.3",
    " ",
    ",",
    "a",
    "bc",
    "BREAK",
    "\n",
    ":1.2)",
    "-0.5",
    ".",
    "B",
    "REAK",
    "é",
    "_",
]

pytestmark = [
    pytest.mark.webui,
    pytest.mark.filterwarnings("ignore:invalid escape sequence"),  # in the docstring of the web UI's module
]


@pytest.fixture(scope="module")
def real_parse(webui: WebUI) -> Callable[[str], list[list[Any]]]:
    """`parse_prompt_attention` by itself, without the libraries that its module imports."""
    source = (webui.folder / "modules" / "prompt_parser.py").read_text(encoding="utf-8")
    wanted = [
        node for node in ast.parse(source).body if _name(node) in ("re_attention", "re_break", "parse_prompt_attention")
    ]
    names: dict[str, Any] = {"re": re}
    exec(compile(ast.Module(wanted, []), "prompt_parser.py", "exec"), names)
    parse: Callable[[str], list[list[Any]]] = names["parse_prompt_attention"]
    return parse


def _name(node: ast.stmt) -> str:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return node.name if isinstance(node, ast.FunctionDef) else ""


def test_both_read_the_same(real_parse: Callable[[str], list[list[Any]]]) -> None:
    random = Random(1)
    for _ in range(PROMPTS):
        prompt = "".join(random.choices(PIECES, k=random.randint(0, 14)))
        stripped = emphasis.strip(prompt)
        assert real_parse(stripped) == [[emphasis.plain(prompt), 1.0]], prompt
        try:
            wanted = real_parse(prompt)
        except ValueError:  # a weight that is no number, at which the web UI fails
            continue
        assert [[run.text, run.weight] for run in emphasis.parse(prompt)] == wanted, prompt
        if "BREAK" not in prompt:
            assert emphasis.plain(prompt) == "".join(text for text, _ in wanted), prompt
