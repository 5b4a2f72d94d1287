"""The words after start.py, and the order in which the tests run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from consistent_character.starting import commands
from consistent_character.starting.environment import Environment
from consistent_character.starting.trouble import CannotStart


class Calls:
    """Remembers what would be run; some of it fails."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.commands: list[tuple[str, Path]] = []

    def __call__(self, command: Sequence[str], folder: Path) -> int:
        self.commands.append((" ".join(command), folder))
        return 1 if self.failing and self.failing in " ".join(command) else 0


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """start.py as if everything were installed."""
    made = Calls()
    monkeypatch.setattr(commands, "call", made)
    monkeypatch.setattr(Environment, "prepare", lambda *arguments: None)
    return made


@pytest.mark.parametrize("word", ["demo", "ui"])
def test_everything_after_the_word_is_passed_on(calls: Calls, word: str) -> None:
    assert commands.main([word, "--out", "some where"]) == 0
    ((command, folder),) = calls.commands
    assert command.endswith(f"-m consistent_character {word} --out some where")
    assert folder == Path.cwd()


def test_without_a_word_the_usage_is_shown(calls: Calls, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main([]) == 0
    assert "start.py demo" in capsys.readouterr().out
    assert calls.commands == []


def test_an_unknown_word_installs_nothing(calls: Calls, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["dmeo"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert calls.commands == []


def test_the_checks_come_first_and_pytest_last(calls: Calls) -> None:
    assert commands.main(["test", "-k", "guard"]) == 0
    ran = [command for command, _ in calls.commands]
    assert [any(tool in command for command in ran) for tool in ("ruff check", "-m mypy", "importlinter")] == [True] * 3
    assert ran[-1].endswith("-m pytest -k guard")


@pytest.mark.parametrize("failing", ["ruff", "mypy", "importlinter", "pytest"])
def test_one_failure_fails_the_whole_and_hides_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], calls: Calls, failing: str
) -> None:
    calls.failing = failing
    assert commands.main(["test"]) == 1
    assert len(calls.commands) == 4
    assert ("failed" in capsys.readouterr().err) == (failing != "pytest")


@pytest.mark.parametrize("trouble", [CannotStart("The disk is full: free some."), KeyboardInterrupt()])
def test_trouble_is_one_line_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], trouble: BaseException
) -> None:
    def fail(*arguments: object) -> None:
        raise trouble

    monkeypatch.setattr(Environment, "prepare", fail)
    assert commands.main(["demo"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
