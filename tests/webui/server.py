"""A real web UI for the tests: in a data folder of its own, with this extension and the cartoon world in it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.webui.kinds import Kind, kind_of

REPOSITORY = Path(__file__).resolve().parents[2]
EXTENSION = "sd-webui-consistent-character"
CHECKPOINT = "cartoon-world"
OTHER_CHECKPOINT = "other-world"
"""The same weights under another name, to change to."""
WORLD = REPOSITORY / "worlds" / "cartoon" / "checkpoint"

_FLAGS = (
    *("--skip-prepare-environment", "--skip-install", "--skip-python-version-check", "--skip-torch-cuda-test"),
    *("--skip-version-check", "--api", "--server-name", "127.0.0.1", "--no-download-sd-model"),
    *("--disable-safe-unpickle", "--do-not-download-clip"),
)
_LOCAL = "127.0.0.1,localhost"
_ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "SD_WEBUI_RESTARTING": "1",  # opens no browser
    "PYTHONUNBUFFERED": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "no_proxy": _LOCAL,
    "NO_PROXY": _LOCAL,
}
_STARTED = "Startup time:"
_START = 600.0
_STOP = 30.0
_CALL = 900.0
_BEAT = 0.2
"""Seconds: until the web UI must have started, have stopped, have answered; between two looks at it."""


@dataclass(frozen=True)
class WebUI:
    """Where a checkout of the web UI is, and the Python that has its libraries."""

    folder: Path
    python: Path

    @property
    def kind(self) -> Kind:
        """Whose web UI it is."""
        return kind_of(self.folder)


@dataclass(frozen=True)
class RunningWebUI:
    """A web UI that answers.

    `url` has no slash at its end; `data` holds `models`, `extensions`, `embeddings`, `templates` and `outputs`.
    """

    url: str
    data: Path
    log: Path
    pid: int

    @property
    def embeddings(self) -> Path:
        """Where the user's embeddings are."""
        return self.data / "embeddings"

    @property
    def templates(self) -> Path:
        """Where the web UI looks for prompt templates."""
        return self.data / "templates"

    def log_text(self) -> str:
        """All that it has written until now."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def starts(self) -> int:
        """How often its page has been built: once, and once more for each "Reload UI"."""
        return self.log_text().count(_STARTED)

    def request(self, path: str, body: object = None) -> Any:
        """What a route answers; with a body it is a POST of JSON.

        Raises:
            AssertionError: it answered with an error; holds what it said.
        """
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=_CALL) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                text = error.read().decode(errors="replace")
            raise AssertionError(f"{path} answered {error.code}: {text}") from error

    def inside(self, snippet: str, /, **arguments: object) -> Any:
        """Run `tests/webui/inside/<file>.py`'s function in the web UI's process; `snippet` is `file.function`.

        The file is read anew each time. Arguments and answer travel as JSON.

        Raises:
            AssertionError: it raised; holds the traceback.
        """
        file, function = snippet.split(".")
        answer = self.request("/tests/inside", {"file": file, "function": function, "arguments": arguments})
        assert not answer["error"], f"{snippet} raised in the web UI:\n{answer['error']}"
        return answer["value"]


def prepare_data(webui: WebUI, data: Path) -> None:
    """Fill an empty data folder: checkpoints, this extension, the tests' own ones, empty folders for the rest."""
    models = data / "models" / "Stable-diffusion"
    extensions = data / "extensions"
    for folder in (models, extensions, data / "embeddings", data / "templates", data / "outputs"):
        folder.mkdir(parents=True)
    configuration = yaml.safe_load((WORLD / f"{CHECKPOINT}.yaml").read_text(encoding="utf-8"))
    configuration["model"]["params"]["cond_stage_config"]["params"]["version"] = str(WORLD / "tokenizer")
    for name in (CHECKPOINT, OTHER_CHECKPOINT):
        (models / f"{name}.safetensors").symlink_to(WORLD / f"{CHECKPOINT}.safetensors")
        (models / f"{name}.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    (extensions / EXTENSION).symlink_to(REPOSITORY)
    if webui.kind.settings:
        (data / "config.json").write_text(json.dumps(dict(webui.kind.settings)), encoding="utf-8")
    # Extensions start in the order of their names: when the probe answers, ours has started.
    for name in (*webui.kind.extensions, "probe_extension"):
        (extensions / f"zz-tests-{name}").symlink_to(REPOSITORY / "tests" / "webui" / name)


@contextmanager
def running_webui(webui: WebUI, data: Path, flags: Sequence[str] = ()) -> Iterator[RunningWebUI]:
    """Start a web UI on a prepared data folder, wait until it answers, and stop it and all its processes at the end.

    Raises:
        AssertionError: it did not start; holds its log.
    """
    port = _free_port()
    log = data / "webui.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(webui.python), "launch.py", *_FLAGS, *webui.kind.flags, *_places(data, port), *flags],
            cwd=webui.folder,
            env={**os.environ, **_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = RunningWebUI(f"http://127.0.0.1:{port}", data, log, process.pid)
    try:
        _wait(running, process)
        yield running
    finally:
        _stop(process)


def _places(data: Path, port: int) -> tuple[str, ...]:
    checkpoint = data / "models" / "Stable-diffusion" / f"{CHECKPOINT}.safetensors"
    return (
        *("--port", str(port), "--data-dir", str(data), "--ckpt", str(checkpoint)),
        *("--textual-inversion-templates-dir", str(data / "templates")),
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(running: RunningWebUI, process: subprocess.Popen[bytes]) -> None:
    """By its log: a request that comes while it builds its API makes the start fail."""
    until = time.monotonic() + _START
    while process.poll() is None and time.monotonic() < until:
        if _STARTED in running.log_text():
            running.inside("ready.checkpoint")
            return
        time.sleep(_BEAT)
    raise AssertionError(f"The web UI did not start:\n{running.log_text()[-8000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        try:
            process.wait(_STOP)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
