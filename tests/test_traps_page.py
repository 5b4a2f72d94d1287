"""The page about the web UI's traps: every file and every test that it names is there, and every line names a test."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "webui-traps.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| trap |", "| danger |"))]
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_FILE = re.compile(r"`(/?[\w/]+\.py)`")


@cache
def _tests(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_line_names_a_test_that_is_there() -> None:
    assert len(ROWS) > 60
    for row in ROWS:
        named = _TEST.findall(row)
        assert named, row
        assert [f"{path}::{name}" for path, name in named if name not in _tests(path)] == []


def test_every_trap_has_a_test_that_runs_without_a_web_ui() -> None:
    assert [row for row in ROWS if all(path.startswith("tests/webui/") for path, _ in _TEST.findall(row))] == []


def test_every_file_that_handles_one_is_there() -> None:
    for row in ROWS:
        _, _, handling, _, _ = row.split("|")
        for name in _FILE.findall(handling):
            folder = ROOT if name.startswith("/") else ROOT / "consistent_character"
            assert (folder / name.removeprefix("/")).is_file(), name
