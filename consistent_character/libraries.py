"""Libraries that the web UI may lack: they lie in a folder of the extension's own, and nothing of the web UI's changes.

Read by `install.py` in a process of its own at every start, so nothing but the standard library is imported here.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parents[1] / "libraries"
_SECONDS = 10


class Library(NamedTuple):
    """What pip calls it, and what does not work without it."""

    module: str
    requirement: str
    without: str


WANTED = (
    (Library("tomli", "tomli>=2,<3", "no character can be opened"),) if sys.version_info < (3, 11) else ()
)  # from 3.11 on Python reads TOML itself


def make_importable() -> None:
    """Let what lies in the folder be imported; where the web UI has the same, the web UI's comes first."""
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))


def missing(wanted: tuple[Library, ...] = WANTED) -> Iterator[Library]:
    """Those that cannot be imported."""
    make_importable()
    return (library for library in wanted if importlib.util.find_spec(library.module) is None)


def install(library: Library) -> str:
    """Download it into the folder; returns why that failed, in one line, or nothing."""
    return bring(FOLDER, (library.requirement,), _SECONDS)


def bring(folder: Path, requirements: tuple[str, ...], seconds: int, retries: int = 0) -> str:
    """Download libraries into a folder; returns why that failed, in one line, or nothing.

    Without the libraries they depend on: what those could change is the web UI's own. `seconds` is how long the network
    may be silent.
    """
    index = os.environ.get("INDEX_URL")  # as the web UI's launcher reads it
    options = ["--target", str(folder), "--no-deps", "--upgrade", "--retries", str(retries)]
    options += ["--timeout", str(seconds), "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", "install", *options]
    where = ["--index-url", index] if index else []
    done = subprocess.run([*command, *where, *requirements], capture_output=True, text=True, check=False)
    lines = done.stderr.strip().splitlines() or [f"pip ended with {done.returncode}"]
    return lines[-1] if done.returncode else ""
