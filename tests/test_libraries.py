"""install.py: nothing when nothing is missing, no failure without a network, nothing of the web UI's changed."""

from __future__ import annotations

import importlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from consistent_character import libraries
from consistent_character.libraries import Library

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where libraries go in this test; pip finds nothing but what the test gives it."""
    monkeypatch.setattr(libraries, "FOLDER", tmp_path / "libraries")
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("INDEX_URL", raising=False)
    return tmp_path / "libraries"


def _wheel(path: Path) -> Path:
    """A library of one module that wants another, which is nowhere."""
    about = "cc_nothing-1.0.dist-info"
    wheel = path / "cc_nothing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("cc_nothing.py", "HERE = True\n")
        archive.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: cc-nothing\nVersion: 1.0\nRequires-Dist: no-such-thing\n"
        )
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return wheel


def test_what_is_missing_goes_into_a_folder_of_its_own(folder: Path, tmp_path: Path) -> None:
    library = Library("cc_nothing", str(_wheel(tmp_path)), "nothing")
    assert list(libraries.missing((library,))) == [library]
    assert libraries.install(library) == ""
    importlib.invalidate_caches()
    assert list(libraries.missing((library,))) == []
    assert (folder / "cc_nothing.py").is_file()
    assert sys.path[-1] == str(folder), "it must not come before what the web UI has"


def test_without_a_network_it_says_so_in_one_line(folder: Path) -> None:
    problem = libraries.install(Library("cc_nowhere", "cc-nowhere==1.0", "nothing"))
    assert "cc-nowhere" in problem
    assert "\n" not in problem


def test_the_installer_is_silent_when_there_is_nothing_to_do() -> None:
    done = subprocess.run([sys.executable, ROOT / "install.py"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_installer_never_fails_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    code = (
        "import runpy; from consistent_character import libraries as l;"
        "lib = l.Library('cc_nowhere', 'cc-nowhere==1.0', 'nothing works');"
        "l.missing = lambda: iter([lib]); runpy.run_path('install.py', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "cc-nowhere==1.0 not installed, so nothing works:" in done.stdout


def test_what_was_installed_is_found_by_the_web_ui(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    namespace: dict[str, object] = {"__file__": str(ROOT / "preload.py")}
    exec(compile((ROOT / "preload.py").read_text(encoding="utf-8"), "preload.py", "exec"), namespace)
    for _ in range(2):
        namespace["preload"](None)  # type: ignore[operator]
    assert sys.path.count(str(libraries.FOLDER)) == 1
    assert sys.path[-1] == str(libraries.FOLDER)


def test_the_installer_is_at_most_a_page() -> None:
    assert len((ROOT / "install.py").read_text(encoding="utf-8").splitlines()) <= 60
