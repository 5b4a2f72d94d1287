"""What the plan of the house promises, held against the code."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "consistent_character"
SOURCES = sorted(PACKAGE.rglob("*.py"))
EVERYTHING = sorted(
    path
    for folder in ("consistent_character", "worlds", "benchmarks", "tests", "docs", ".ci")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".json", ".py", ".md", ".css", ".js", ".html", ".svg", ".toml", ".yaml", ".sh", ""}
    and path.is_file()
) + [path for path in ROOT.iterdir() if path.suffix in {".json", ".py", ".md", ".toml", ".txt", ".ini", ".yaml"}]

SHAPELESS_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
HEAVY = ("torch", "diffusers", "transformers", "gradio", "matplotlib")
PURE_ROOMS = ("errors", "progress", "engine", "character", "prompts", "vision", "generating", "curating", "captioning")
PURE_ROOMS += ("findings", "training", "choosing", "cli", "doctor", "terminal", "starting")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length in lines of every function of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{relative(path)}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_imports_run_downwards(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0, capsys.readouterr().out


def test_functions_are_small() -> None:
    lengths = dict(found for path in SOURCES for found in functions(path))
    ordered = sorted(lengths.values())
    assert statistics.median(ordered) <= 10
    assert ordered[int(len(ordered) * 0.9)] <= 30
    assert {name: length for name, length in lengths.items() if length > 80} == {}


def test_files_are_small() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_no_module_has_a_shapeless_name() -> None:
    assert [relative(path) for path in SOURCES if {path.stem, *path.parent.parts} & SHAPELESS_NAMES] == []


def test_every_module_says_what_it_is() -> None:
    assert [relative(path) for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text("utf-8")))] == []


def test_only_the_command_line_prints() -> None:
    printing = re.compile(r"^\s*print\(|sys\.stdout\.write", re.MULTILINE)
    doors = ("consistent_character/cli/", "consistent_character/starting/", "consistent_character/doctor.py")
    found = [relative(path) for path in SOURCES if printing.search(path.read_text(encoding="utf-8"))]
    assert [name for name in found if not name.startswith(doors)] == []


def test_no_exception_is_swallowed() -> None:
    swallowing = re.compile(r"except(?: Exception| BaseException)?(?: as \w+)?:\s*\n\s*pass\b")
    assert [relative(path) for path in SOURCES if swallowing.search(path.read_text(encoding="utf-8"))] == []


def test_no_path_of_somebodys_machine() -> None:
    somewhere = re.compile(r"(?<![\w.])/(?:work|home|Users|root)/|[A-Z]:\\\\?Users", re.ASCII)
    found = [
        relative(path) for path in EVERYTHING if somewhere.search(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert [name for name in found if name != relative(Path(__file__))] == []


def test_pure_rooms_import_nothing_heavy() -> None:
    """Every module of these rooms, imported in a fresh process, leaves torch, gradio and matplotlib alone."""
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in SOURCES if in_pure_room(path)]
    modules = [name.removesuffix(".__init__") for name in names]
    code = f"import importlib, sys\nfor name in {modules}: importlib.import_module(name)\n"
    code += f"print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def in_pure_room(path: Path) -> bool:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py") in PURE_ROOMS


@pytest.mark.parametrize("version", [(3, 10)])
def test_every_file_parses_as_the_oldest_python(version: tuple[int, int]) -> None:
    for path in (*SOURCES, ROOT / "start.py"):
        ast.parse(path.read_text(encoding="utf-8"), filename=str(path), feature_version=version)
