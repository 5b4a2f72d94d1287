"""start.py itself: it must be readable by any Python, and find a suitable one."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOOR = ROOT / "start.py"


@pytest.fixture
def door() -> ModuleType:
    spec = importlib.util.spec_from_file_location("start", DOOR)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_suitable_python_starts_at_once() -> None:
    done = subprocess.run([sys.executable, DOOR, "--help"], capture_output=True, text=True, check=True)
    assert "start.py demo" in done.stdout


def test_the_door_is_written_in_old_grammar() -> None:
    text = DOOR.read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 4))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.AnnAssign | ast.NamedExpr)]
    assert text.isascii()


def test_what_is_behind_it_needs_the_standard_library_only() -> None:
    sources = [
        DOOR,
        *sorted((ROOT / "consistent_character" / "starting").glob("*.py")),
        ROOT / "consistent_character" / "errors.py",
    ]
    imported = {
        name.split(".")[0]
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [])
        + ([node.module or ""] if isinstance(node, ast.ImportFrom) else [])
    }
    assert imported <= {*sys.stdlib_module_names, "consistent_character"}


def test_an_unsuitable_python_looks_for_another(door: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "suits", lambda command: command == ["python3.11"])
    monkeypatch.setattr(door, "hand_over", lambda command: f"handed over to {command}")
    assert door.main() == "handed over to ['python3.11']"


def test_without_any_suitable_python_one_line_says_so(
    door: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(door, "suits", lambda command: False)
    assert door.main() == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "Python 3.10" in captured.err or "venv" in captured.err


def test_a_command_that_is_not_there_does_not_suit(door: ModuleType) -> None:
    assert not door.suits(["no-such-python"])
    assert door.suits([sys.executable])


def pythons_of_other_ages() -> list[str]:
    """Interpreters on this machine that are too old or too new, if there are any."""
    names = [f"python{version}" for version in ("2.7", "3.6", "3.7", "3.8", "3.9", "3.13", "3.14")]
    homes = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/*/bin/python")
    kept = re.compile(r"/versions/(?:2\.7|3\.[6-9]|3\.1[34])\.")
    found = [path for path in map(shutil.which, names) if path and "shims" not in path]
    return [*found, *(str(path) for path in homes if kept.search(path.as_posix()))]


@pytest.mark.skipif(os.name == "nt", reason="an empty PATH stops programs on Windows")
@pytest.mark.parametrize("python", pythons_of_other_ages())
def test_other_pythons_say_one_line(python: str, tmp_path: Path) -> None:
    """With nothing else on the PATH there is no Python to hand over to."""
    done = subprocess.run(
        [python, DOOR, "demo"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"This needs Python 3\.10, 3\.11 or 3\.12 and found only \d\.\d+\..*\n", done.stderr)
