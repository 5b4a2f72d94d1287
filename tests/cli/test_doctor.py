"""What the doctor finds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from consistent_character import doctor
from consistent_character.errors import RequestError
from consistent_character.vision.seeing import installing
from tests.cli.conftest import Call


def test_a_healthy_python() -> None:
    assert [found.verdict for found in doctor.python((3, 12))] == ["good"]


@pytest.mark.parametrize("version", [(3, 9), (3, 13)])
def test_a_python_of_another_age(version: tuple[int, int]) -> None:
    (found,) = doctor.python(version)
    assert found.verdict == "bad" and found.remedy


@pytest.mark.parametrize(("version", "verdict"), [(None, "bad"), ("1.0", "good"), ("1.1", "unsure")])
def test_libraries_against_their_pins(version: str | None, verdict: str) -> None:
    found = doctor.library(Requirement("thing==1.0"), version)
    assert found.verdict == verdict
    assert bool(found.remedy) == (verdict != "good")


def test_a_cpu_build_matches_its_pin() -> None:
    assert doctor.library(Requirement("torch==2.13.0"), "2.13.0+cpu").verdict == "good"


def test_a_broken_torch_is_reported_in_its_own_words() -> None:
    (found,) = doctor.device((sys.executable, "-c", "raise ImportError('libcudart.so.13 is missing')"))
    assert found.verdict == "bad"
    assert "libcudart.so.13 is missing" in found.detail


def test_a_torch_that_takes_its_process_down_is_survived() -> None:
    (found,) = doctor.device((sys.executable, "-c", "import os; os.abort()"))
    assert found.verdict == "bad"


def test_a_graphics_card() -> None:
    told = '{"kind": "cuda", "name": "RTX 4090", "memory": 24000000000, "threads": 8, "torch": "2.13.0"}'
    (found,) = doctor.device((sys.executable, "-c", f"print('a greeting'); print({told!r})"))
    assert (found.verdict, found.detail) == ("good", "RTX 4090, 24 GB")


def test_the_checkpoint_may_be_missing_or_a_pointer(tmp_path: Path) -> None:
    assert next(iter(doctor.model(tmp_path))).verdict == "bad"
    path = tmp_path / "worlds" / "cartoon" / "checkpoint" / "cartoon-world.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    assert next(iter(doctor.model(tmp_path))).remedy == "git lfs pull"
    path.write_bytes(b"\0" * 100)
    assert next(iter(doctor.model(tmp_path))).verdict == "good"


def test_the_command_fails_when_something_is_missing(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    ill = doctor.Finding("device", "bad", "torch cannot be loaded", "install it")
    monkeypatch.setattr(doctor, "examine", lambda: (ill,))
    answer = call("doctor", "--json")
    assert answer.code == 1
    assert answer.document["findings"][0]["remedy"] == "install it"


def test_the_models_are_installed_by_one_command(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    there = installing.Installation(Path("somewhere"), "mediapipe 1.0", identity=True)
    monkeypatch.setattr(installing, "install", lambda tell: tell("Trying it") or there)
    monkeypatch.setattr(installing, "installed", lambda: there)
    answer = call("doctor", "--install", "seeing", "--json")
    assert answer.code == 0
    assert answer.document == {"installed": "mediapipe 1.0", "folder": "somewhere", "hint": ""}


def test_models_that_cannot_be_installed_are_told_in_one_line(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(tell: installing.Tell) -> installing.Installation:
        raise RequestError("The libraries cannot be installed: no network")

    monkeypatch.setattr(installing, "install", refused)
    answer = call("doctor", "--install", "seeing")
    assert answer.code == 2
    assert "no network" in answer.err


def test_nothing_else_can_be_installed(call: Call) -> None:
    assert call("doctor", "--install", "insightface").code == 2
