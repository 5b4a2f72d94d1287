"""What holds for every command: exit codes, one clear line, one JSON document."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from consistent_character.cli.commands import COMMANDS, find
from consistent_character.engine import RenderRequest
from consistent_character.errors import Interrupted
from tests.cli.conftest import LOOK, Call
from tests.fakes import FakeEngine


def one_line(text: str) -> bool:
    return text.endswith("\n") and text.count("\n") == 1


def test_no_folder_is_one_line_and_exit_code_2(call: Call, tmp_path: Path) -> None:
    answer = call("generate", tmp_path / "nowhere")
    assert (answer.code, answer.out) == (2, "")
    assert one_line(answer.err) and "nowhere" in answer.err


def test_nothing_goes_to_standard_output_when_it_fails_with_json(call: Call, tmp_path: Path) -> None:
    assert call("curate", tmp_path, "--json").out == ""


def test_an_unknown_command_is_exit_code_2(call: Call) -> None:
    assert call("generat").code == 2
    assert call().code == 2


def test_an_unknown_flag_is_exit_code_2(call: Call, tmp_path: Path) -> None:
    assert call("generate", tmp_path, "--per_cel", "4").code == 2


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_command_has_help_and_json(call: Call, name: str) -> None:
    answer = call(name, "--help")
    assert answer.code == 0
    assert "--json" in answer.out


def test_the_help_names_every_command(call: Call) -> None:
    told = call("--help").out
    assert all(f"\n    {command.name} " in told for command in COMMANDS)


def test_the_command_is_found_behind_flags() -> None:
    command = find(["--json", "doctor"])
    assert command is not None and command.name == "doctor"
    assert find(["--help"]) is None


def test_an_interruption_says_how_to_go_on(call: Call, character: Path, engine: FakeEngine) -> None:
    def stop_at_the_third(request: RenderRequest) -> None:
        if len(engine.rendered) == 2:
            raise Interrupted("Stopped. What was finished is kept.")

    engine._on_render = stop_at_the_third
    answer = call("generate", character, "--per-cell", "1")
    assert answer.code == 130
    assert answer.err.endswith(f"To go on: consistent-character generate {character} --per-cell 1\n")
    assert len(list((character / "images").glob("*.png"))) == 2


def test_a_bare_ctrl_c_is_no_traceback(call: Call, character: Path, engine: FakeEngine) -> None:
    def press(request: RenderRequest) -> None:
        raise KeyboardInterrupt

    engine._on_render = press
    answer = call("generate", character)
    assert answer.code == 130
    assert "Traceback" not in answer.err


def test_what_nobody_foresaw_keeps_its_traceback(call: Call, character: Path, engine: FakeEngine) -> None:
    def break_down(request: RenderRequest) -> None:
        raise ZeroDivisionError

    engine._on_render = break_down
    with pytest.raises(ZeroDivisionError):
        call("generate", character)


def test_the_module_prints_one_document_and_nothing_else(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "consistent_character",
        "new",
        str(tmp_path / "zoë"),
        "--token",
        "z0e",
        "--look",
        LOOK,
    ]
    done = subprocess.run([*command, "--json"], capture_output=True, check=True)
    document = json.loads(done.stdout)
    assert document["folder"] == str(tmp_path / "zoë")
    assert document["character"]["look"] == LOOK
    assert done.stderr == b""


@pytest.mark.skipif(sys.platform == "win32", reason="needs bash")
def test_a_reader_that_has_seen_enough_is_no_failure(tmp_path: Path) -> None:
    command = f"{sys.executable} -m consistent_character --help | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
