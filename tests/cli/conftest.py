"""A command line that runs in this process, on an engine that draws in no time."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from consistent_character.cli import main, places
from tests.fakes import FakeEngine, FakeTrainer

LOOK = "a 30yo French woman with hazel eyes"


@dataclass(frozen=True)
class Answer:
    """What a call wrote, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Answer]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine(trainer=FakeTrainer())
    monkeypatch.setattr(places, "_load", lambda checkpoint, device: fake)
    return fake


@pytest.fixture
def call(engine: FakeEngine, capfdbinary: pytest.CaptureFixture[bytes]) -> Call:
    """Run a command; a call that argparse refuses answers with its exit code too."""

    def run(*arguments: str | Path) -> Answer:
        words: Sequence[str] = [str(argument) for argument in arguments]
        try:
            code = main(words)
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        captured = capfdbinary.readouterr()
        return Answer(code, captured.out.decode("utf-8"), captured.err.decode("utf-8"))

    return run


@pytest.fixture
def character(call: Call, tmp_path: Path) -> Path:
    """A new character folder."""
    folder = tmp_path / "ada"
    assert call("new", folder, "--token", "adal0v", "--look", LOOK).code == 0
    return folder


@pytest.fixture
def drawn(call: Call, character: Path) -> Path:
    """A character folder with two pictures of each cell."""
    assert call("generate", character, "--per-cell", "2", "--seed", "1").code == 0
    return character
