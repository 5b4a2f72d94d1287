"""The project's own environment, .venv: made once, stamped when whole, made anew when it was left half-made."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from consistent_character.starting.trouble import Places, diagnose, diagnose_error

Run = Callable[[Sequence[str], Path, Callable[[str], None]], int]
"""Runs a command in a folder, tells each line of its output, returns its exit code."""

Say = Callable[[str], None]

_USABLE = "import pip, sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))"
_PIP = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--retries", "2", "--timeout", "30")
_TOLD = ("Collecting ", "Downloading ", "Installing collected packages")


@dataclass(frozen=True)
class Environment:
    """The environment of the checkout at `root`."""

    root: Path

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def places(self) -> Places:
        """Where it writes."""
        return Places(self.folder, self.folder / "install.log")

    @property
    def _stamp(self) -> Path:
        return self.folder / "installed.json"

    @property
    def _marker(self) -> Path:
        return self.folder / "installing"

    def key(self) -> str:
        """What the installation depends on: the declared and the pinned packages, and where the checkout lies."""
        digest = hashlib.sha256(str(self.root).encode())
        for name in ("pyproject.toml", "constraints.txt"):
            digest.update((self.root / name).read_bytes())
        return digest.hexdigest()

    def installed(self) -> frozenset[str]:
        """The extras of the last whole installation, whether it is up to date or not."""
        return frozenset(self._read_stamp().get("extras", ()))

    def ready(self, extras: frozenset[str]) -> bool:
        """Whether these extras are installed as they are declared now."""
        return self.python.exists() and self._read_stamp().get("key") == self.key() and extras <= self.installed()

    def prepare(self, extras: frozenset[str], run: Run, say: Say) -> None:
        """Bring the environment up to date; does nothing when it is.

        Raises:
            CannotStart: it cannot be done, with what to do.
        """
        if self.ready(extras):
            return
        try:
            self._make(extras | self.installed(), run, say)
        except OSError as error:
            if trouble := diagnose_error(error, self.places):
                raise trouble from error
            raise

    def _make(self, extras: frozenset[str], run: Run, say: Say) -> None:
        say("Installing into .venv: the first time this takes some minutes.")
        if self._marker.exists() or not self._usable(run):
            self._perform((sys.executable, "-m", "venv", "--clear", str(self.folder)), run, say)
        self._marker.touch()
        self._stamp.unlink(missing_ok=True)
        wanted = f".[{','.join(sorted(extras))}]"
        self._perform((str(self.python), *_PIP, "-c", "constraints.txt", "-e", wanted), run, say)
        self._write_stamp(extras)
        self._marker.unlink()

    def _usable(self, run: Run) -> bool:
        return self.python.exists() and run((str(self.python), "-c", _USABLE), self.root, lambda line: None) == 0

    def _perform(self, command: Sequence[str], run: Run, say: Say) -> None:
        output: list[str] = []

        def hear(line: str) -> None:
            output.append(line)
            if line.startswith(_TOLD):
                say(f"  {line[:100]}")

        if run(command, self.root, hear) == 0:
            return
        trouble = diagnose(output, self.places)
        with suppress(OSError):  # a full disk has no room for the record either
            self.places.record.write_text("\n".join(output), encoding="utf-8")
        if trouble.untouched:
            self._marker.unlink(missing_ok=True)
        raise trouble

    def _read_stamp(self) -> dict[str, str]:
        try:
            stamp = json.loads(self._stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def _write_stamp(self, extras: frozenset[str]) -> None:
        part = self._stamp.with_suffix(".part")
        part.write_text(json.dumps({"key": self.key(), "extras": sorted(extras)}), encoding="utf-8")
        part.replace(self._stamp)
