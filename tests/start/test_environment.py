"""Making .venv: once, quickly the next time, anew when it was left half-made."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from consistent_character.starting.environment import Environment
from consistent_character.starting.trouble import CannotStart

STANDALONE = frozenset({"standalone"})
TEST = frozenset({"standalone", "test"})


def quiet(line: str) -> None:
    """Nobody listens."""


class FakeRun:
    """Makes what venv would make, and says what pip would say."""

    def __init__(self, environment: Environment, pip_says: Iterable[str] = (), code: int = 0) -> None:
        self.environment = environment
        self.pip_says = list(pip_says)
        self.code = code
        self.usable = True
        self.commands: list[list[str]] = []
        self.on_pip: Callable[[], None] = lambda: None

    def __call__(self, command: Sequence[str], folder: Path, hear: Callable[[str], None]) -> int:
        self.commands.append(list(command))
        if "venv" in command:
            self.environment.python.parent.mkdir(parents=True, exist_ok=True)
            self.environment.python.touch()
            return 0
        if "pip" not in command:
            return 0 if self.usable else 1
        self.on_pip()
        for line in self.pip_says:
            hear(line)
        return self.code

    @property
    def kinds(self) -> list[str]:
        return [next((kind for kind in ("venv", "pip") if kind in command), "look") for command in self.commands]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    (tmp_path / "pyproject.toml").write_text("[project]")
    (tmp_path / "constraints.txt").write_text("numpy==1.26.4")
    return Environment(tmp_path)


@pytest.fixture
def ready(environment: Environment) -> Environment:
    environment.prepare(STANDALONE, FakeRun(environment), quiet)
    return environment


def test_the_first_time_makes_and_installs(environment: Environment) -> None:
    run = FakeRun(environment)
    environment.prepare(STANDALONE, run, quiet)
    assert run.kinds == ["venv", "pip"]
    assert run.commands[1][-4:] == ["-c", "constraints.txt", "-e", ".[standalone]"]
    assert environment.ready(STANDALONE)


def test_the_second_time_does_nothing_and_changes_nothing(ready: Environment) -> None:
    before = {path: path.stat().st_mtime_ns for path in ready.folder.rglob("*")}
    run = FakeRun(ready)
    ready.prepare(STANDALONE, run, quiet)
    assert run.commands == []
    assert {path: path.stat().st_mtime_ns for path in ready.folder.rglob("*")} == before


def test_more_extras_are_added_and_never_lost(ready: Environment) -> None:
    run = FakeRun(ready)
    ready.prepare(TEST, run, quiet)
    assert run.kinds == ["look", "pip"]
    assert run.commands[1][-1] == ".[standalone,test]"
    assert ready.ready(STANDALONE) and ready.ready(TEST)
    (ready.root / "constraints.txt").write_text("numpy==1.26.5")
    run = FakeRun(ready)
    ready.prepare(STANDALONE, run, quiet)
    assert run.commands[-1][-1] == ".[standalone,test]"


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_requirements_are_installed(ready: Environment, name: str) -> None:
    (ready.root / name).write_text("changed")
    assert not ready.ready(STANDALONE)


def test_a_moved_checkout_is_installed_again(ready: Environment, tmp_path_factory: pytest.TempPathFactory) -> None:
    moved = Environment(ready.root.rename(tmp_path_factory.mktemp("elsewhere") / "moved"))
    assert not moved.ready(STANDALONE)


def test_a_killed_installation_is_made_anew(environment: Environment) -> None:
    def kill() -> None:
        raise KeyboardInterrupt

    run = FakeRun(environment)
    run.on_pip = kill
    with pytest.raises(KeyboardInterrupt):
        environment.prepare(STANDALONE, run, quiet)
    assert not environment.ready(STANDALONE)
    run = FakeRun(environment)
    environment.prepare(STANDALONE, run, quiet)
    assert run.kinds == ["venv", "pip"]
    assert "--clear" in run.commands[0]
    assert environment.ready(STANDALONE)


def test_an_environment_of_a_python_that_is_gone_is_made_anew(ready: Environment) -> None:
    (ready.root / "pyproject.toml").write_text("changed")
    run = FakeRun(ready)
    run.usable = False
    ready.prepare(STANDALONE, run, quiet)
    assert run.kinds == ["look", "venv", "pip"]


def test_a_damaged_stamp_is_no_stamp(ready: Environment) -> None:
    for text in ("{", "[]", ""):
        (ready.folder / "installed.json").write_text(text)
        assert not ready.ready(STANDALONE)


def test_without_network_what_was_there_stays(ready: Environment) -> None:
    (ready.root / "pyproject.toml").write_text("changed")
    says = [
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(... Failed to establish a "
        "new connection: [Errno -3] Temporary failure in name resolution')': /simple/setuptools/",
        "ERROR: Could not find a version that satisfies the requirement setuptools>=77 (from versions: none)",
        "ERROR: No matching distribution found for setuptools>=77",
    ]
    with pytest.raises(CannotStart, match="network"):
        ready.prepare(STANDALONE, FakeRun(ready, says, code=1), quiet)
    run = FakeRun(ready)
    ready.prepare(STANDALONE, run, quiet)
    assert run.kinds == ["look", "pip"]


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("OSError: [WinError 112] There is not enough space on the disk", "disk is full"),
        ("[Errno 13] Permission denied: '/x/.venv/bin/python'", "cannot be written"),
        ("ERROR: No matching distribution found for torch==2.13.0", "no torch==2.13.0 for this system"),
        ("ERROR: something that nobody has seen yet", "something that nobody has seen yet"),
        ("", "did not say why"),
    ],
)
def test_failures_are_one_line_that_says_what_to_do(environment: Environment, says: str, told: str) -> None:
    with pytest.raises(CannotStart) as caught:
        environment.prepare(STANDALONE, FakeRun(environment, [says], code=1), quiet)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert (environment.folder / "install.log").read_text() == says
    assert not environment.ready(STANDALONE)


def test_a_disk_that_is_full_is_seen_where_nobody_says_so(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=1000))
    says = ["Error: Command '[... ensurepip ...]' returned non-zero exit status 1."]
    with pytest.raises(CannotStart, match="disk is full"):
        environment.prepare(STANDALONE, FakeRun(environment, says, code=1), quiet)


def test_a_python_without_venv_says_what_to_install(environment: Environment) -> None:
    def run(command: Sequence[str], folder: Path, hear: Callable[[str], None]) -> int:
        hear("The virtual environment was not created successfully because ensurepip is not")
        hear("available.  On Debian/Ubuntu systems, you need to install the python3-venv")
        return 1

    with pytest.raises(CannotStart, match="apt install python3-venv"):
        environment.prepare(STANDALONE, run, quiet)


@pytest.mark.parametrize(("number", "told"), [(errno.ENOSPC, "disk is full"), (errno.EROFS, "cannot be written")])
def test_our_own_files_may_not_fit_either(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, number: int, told: str
) -> None:
    def refuse(path: Path, **how: object) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(Path, "touch", refuse)
    run = FakeRun(environment)
    environment.python.parent.mkdir(parents=True)
    environment.python.write_text("")
    with pytest.raises(CannotStart, match=told):
        environment.prepare(STANDALONE, run, quiet)


def test_the_user_hears_what_is_collected(environment: Environment) -> None:
    heard: list[str] = []
    says = ["Collecting torch==2.13.0", "  Using cached torch.whl", "Downloading torch-2.13.0.whl (526.6 MB)"]
    environment.prepare(STANDALONE, FakeRun(environment, says), heard.append)
    assert heard[1:] == ["  Collecting torch==2.13.0", "  Downloading torch-2.13.0.whl (526.6 MB)"]


def test_the_stamp_is_plain_to_read(ready: Environment) -> None:
    assert json.loads((ready.folder / "installed.json").read_text())["extras"] == ["standalone"]
    assert not (ready.folder / "installing").exists()
