"""The parent's side of the pipe: one worker process, which is started when it is needed and again when it has died."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from consistent_character.errors import ConsistentCharacterError
from consistent_character.vision.seeing.seen import Seen, decoded

START_SECONDS = 120.0
"""For loading the models, on a slow disk."""


class WorkerDied(ConsistentCharacterError):
    """The process ended in the middle of a picture."""


class WorkerHung(ConsistentCharacterError):
    """A picture took longer than it may, and the process was ended."""


class WorkerUnusable(ConsistentCharacterError):
    """The process cannot be started, or its libraries cannot be loaded: no picture can be looked at with it."""


@dataclass(frozen=True)
class Answer:
    """What was seen, and the SHA-256 of the bytes that were looked at."""

    digest: str
    seen: Seen


class Worker:
    """One process that looks at pictures, one after the other. `seconds` is how long a picture may take."""

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        self._command, self._seconds = tuple(command), seconds
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, path: Path, stopped: threading.Event | None = None) -> Answer:
        """What is in a picture; one thread at a time. Whoever wants it to `stop` sets `stopped` before.

        Raises:
            WorkerDied: it took the process down, or was stopped.
            WorkerHung: it took too long.
            WorkerUnusable: there is no process to ask.
        """
        process = self._running()
        if stopped is not None and stopped.is_set():
            raise WorkerDied("it was stopped")
        request = json.dumps({"path": str(path.absolute()), "seconds": self._seconds})
        with _at_most(self._seconds, process) as late:
            try:
                header, content = _exchange(process, request)
                return Answer(str(header["digest"]), decoded(content))
            except (OSError, ValueError, KeyError, TypeError) as error:
                self.close()
                if late.is_set():
                    raise WorkerHung(f"it took longer than {self._seconds:.0f} seconds to look at") from error
                raise WorkerDied("it made the program crash that looks at pictures") from error

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        self._process = process = _started(self._command)
        problem = _problem(process)
        if problem:
            self.close()
            raise WorkerUnusable(problem)
        return process

    def stop(self) -> None:
        """Let the picture go that is being looked at, or the start, from another thread."""
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process; the next picture starts another one."""
        process, self._process = self._process, None
        if process is not None:
            _ended(process)


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        try:
            if pipe is not None:
                pipe.close()
        except OSError:
            continue  # what was still to be written has no reader any more


def _started(command: tuple[str, ...]) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "GLOG_minloglevel": "3", "PYTHONWARNINGS": "ignore"}
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            creationflags=flags,
        )
    except OSError as error:
        raise WorkerUnusable(f"it cannot be started ({error})") from error


def _problem(process: subprocess.Popen[bytes]) -> str:
    """Why it cannot see; empty if it can."""
    assert process.stdout is not None, "it was started with a pipe"
    with _at_most(START_SECONDS, process):
        line = process.stdout.readline()
    try:
        return str(json.loads(line)["problem"])
    except (ValueError, KeyError, TypeError):
        return "it ends as soon as it is started"


def _exchange(process: subprocess.Popen[bytes], request: str) -> tuple[dict[str, object], bytes]:
    assert process.stdin is not None and process.stdout is not None, "it was started with pipes"
    process.stdin.write(request.encode() + b"\n")
    process.stdin.flush()
    header = json.loads(process.stdout.readline())
    content = process.stdout.read(header["length"])
    if len(content) != header["length"]:
        raise ValueError("the answer is cut short")
    return header, content


@contextmanager
def _at_most(seconds: float, process: subprocess.Popen[bytes]) -> Iterator[threading.Event]:
    """Kill the process if the block lasts longer; a pipe cannot be waited for with a time limit on every system."""
    late = threading.Event()

    def kill() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
