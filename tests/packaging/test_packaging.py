"""What a wheel and a source distribution hold: all that the code opens, so that an installed tab and demo work."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("consistent_character", "worlds")
STYLE = "consistent_character/ui/style.css"
NOT_OPENED = {"worlds/README.md", "worlds/cartoon/sample-sheet.png"}
"""For people who read the repository."""
BESIDE = {
    "consistent_character/doctor.py": "looks for worlds/, which is installed beside the package",
    "consistent_character/hosts/standalone/engine.py": "likewise",
    "consistent_character/hosts/webui/templates.py": "the web UI's extension is always a checkout",
    "consistent_character/libraries.py": "a folder that is made when something is downloaded into it",
    "consistent_character/starting/commands.py": "start.py is run in a checkout",
    "consistent_character/ui/style.py": "setup.py copies it into the package",
    "consistent_character/vision/seeing/installing.py": "where to run python -m, which may be anywhere",
}
"""Modules that reach beyond their package, and why that works where it is installed."""
_CLIMBS = re.compile(r"__file__\)(?:\.resolve\(\))?\.parents\[(\d)\]")

_USE = """
import sys
from pathlib import Path

root, opened = sys.argv[1], []
sys.addaudithook(lambda event, arguments: opened.append(str(arguments[0])) if event == "open" else None)

from consistent_character import demo, doctor
from consistent_character.engine import RenderRequest
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.report.page import stylesheet
from consistent_character.report.showing import starter
from consistent_character.ui.style import tab_style
from consistent_character.web import editor

assert Path(sys.argv[2]).read_text(encoding="utf-8") in tab_style()
assert stylesheet("page.css", "parts.css") and starter()
assert b"<html" in editor._file("editor.html") and len(list(editor._FILES.iterdir())) > 5
assert [one.verdict for one in doctor.model()] == ["good"]
engine = StandaloneEngine.load(None)
(drawn,) = engine.render([RenderRequest("a photo of woman", 1, steps=1, width=64, height=64)])
assert drawn.image.size == (64, 64) and engine.count_tokens("a photo") == 2
used = [path for path in opened if path.startswith(root) and not path.startswith((sys.prefix, sys.argv[2]))]
assert not used, used
assert Path(demo.__file__).is_relative_to(Path.cwd()), demo.__file__
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is built from, elsewhere: building leaves folders behind."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("LICENSE", "MANIFEST.in", "README.md", "CHANGELOG.md", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, copy)
    for name in ("setup.py", "start.py", "style.css"):
        shutil.copy(ROOT / name, copy)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "training-*"))
    return copy


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(source, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(source, "sdist", tmp_path_factory.mktemp("sdist"))


def built(source: Path, kind: str, into: Path) -> Path:
    code = f"from setuptools import build_meta; build_meta.build_{kind}({str(into)!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (made,) = into.iterdir()
    return made


def names(archive: Path) -> set[str]:
    with zipfile.ZipFile(archive) as content:
        return {name for name in content.namelist() if not name.endswith("/")}


def data(folder: Path) -> set[str]:
    """Every file of the packages, but Python's."""
    found = (path for name in PACKAGES for path in (folder / name).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in found if path.suffix not in (".py", ".pyc")}


@pytest.mark.slow
def test_a_wheel_holds_all_that_the_code_opens(source: Path, wheel: Path) -> None:
    held = names(wheel)
    assert data(source) - held == NOT_OPENED
    assert STYLE in held
    assert "worlds/cartoon/checkpoint/cartoon-world.safetensors" in held
    modules = {path.relative_to(source).as_posix() for name in PACKAGES for path in (source / name).rglob("*.py")}
    assert modules - held == set()
    with zipfile.ZipFile(wheel) as content:
        assert content.read(STYLE) == (ROOT / "style.css").read_bytes()


@pytest.mark.slow
def test_a_source_distribution_makes_the_same_wheel(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as content:
        content.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    (tmp_path / "wheel").mkdir()
    assert names(built(unpacked, "wheel", tmp_path / "wheel")) == names(wheel)


@pytest.mark.slow
def test_what_is_installed_needs_nothing_of_the_repository(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as content:
        content.extractall(tmp_path)
    call = [sys.executable, "-c", _USE, str(ROOT), str(ROOT / "style.css")]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_who_reaches_beyond_the_package_is_known() -> None:
    """A new one must work where it is installed, too: say how in the table."""
    found = set()
    for path in (ROOT / "consistent_character").rglob("*.py"):
        inner = path.relative_to(ROOT)
        climbs = (int(depth) for depth in _CLIMBS.findall(path.read_text(encoding="utf-8")))
        if any(depth >= len(inner.parts) - 1 for depth in climbs):
            found.add(inner.as_posix())
    assert found == set(BESIDE)
