"""Flags made from the fields of a dataclass."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from consistent_character.cli.flags import add_settings, given
from consistent_character.generating import GridRequest
from consistent_character.meanings import meanings
from consistent_character.training import TrainingSettings


@dataclass(frozen=True)
class Settings:
    """Some of each kind."""

    name: str
    """Who, at
    100 %."""
    steps: int = 20
    """How many."""
    rate: float = 0.5
    mode: Literal["slow", "fast"] = "slow"
    """Which."""
    seeds: tuple[int, ...] = (1, 2)
    """Decide the noise."""
    place: Path = Path()
    hidden: str = ""


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser()
    add_settings(made, Settings, skip=("hidden",), required=("name",), told={"rate": "How fast."})
    return made


def test_only_what_was_given_is_passed_on(parser: argparse.ArgumentParser) -> None:
    assert given(parser.parse_args(["--name", "ada", "--seeds", "3", "4"]), Settings) == {
        "name": "ada",
        "seeds": (3, 4),
    }


def test_every_kind_is_converted(parser: argparse.ArgumentParser) -> None:
    words = ["--name", "a", "--steps", "7", "--rate", ".1", "--mode", "fast", "--place", "x/y"]
    found = Settings(**given(parser.parse_args(words), Settings))
    assert found == Settings("a", 7, 0.1, "fast", place=Path("x/y"))


@pytest.mark.parametrize("wrong", [["--steps", "many"], ["--mode", "medium"], ["--hidden", "x"]])
def test_wrong_values_are_refused(parser: argparse.ArgumentParser, wrong: list[str]) -> None:
    with pytest.raises(SystemExit):
        parser.parse_args(["--name", "a", *wrong])


def test_the_docstrings_of_the_fields_are_the_help(parser: argparse.ArgumentParser) -> None:
    told = " ".join(parser.format_help().split())
    assert "Who, at 100 %." in told
    assert "How many. [20]" in told
    assert "Decide the noise. [1, 2]" in told
    assert "How fast. [0.5]" in told


@pytest.mark.parametrize("settings", [TrainingSettings, GridRequest])
def test_every_setting_is_documented(settings: type) -> None:
    assert set(meanings(settings)) == set(settings.__dataclass_fields__)  # type: ignore[attr-defined]
