"""Programs that are killed at random instants while they change captions, and what is left of the captions.

    python -m tests.character.kill_trials [--trials 200] [--where DIR] [--seed 0]

A child applies batches, takes them back, edits single captions, takes snapshots and restores them, and announces each
step with the captions before and after it. It is killed (SIGKILL) somewhere in a step. Then

1. every caption holds, to the byte, what it held before or after that step;
2. once the folder is opened again, all captions are as before the step or all as after it, and no other file is left;
3. every snapshot that was announced as taken brings its captions back to the byte;
4. undo, again and again, leads back to the very first captions.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import perf_counter

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.journal import CaptionBytes
from consistent_character.errors import RequestError

ROOT = Path(__file__).resolve().parents[2]
CAPTIONS = 40
"""More than are brought to the disk one by one, so that both ways are tried."""

Versions = dict[str, int]
"""The version of each caption; 0 is no file."""

_FIRST: Versions = {f"{number:02}": number % 5 for number in range(CAPTIONS)}


def content(name: str, version: int) -> bytes | None:
    """Long and not UTF-8, so that a half-written file, or a mangled one, would be seen."""
    return None if version == 0 else b"version %d \xff\r\n" % version * (version % 7 * 300 + 1) + name.encode()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def make(path: Path) -> None:
    folder = CharacterFolder.create(path, Character("abc", "a woman"))
    for name, version in _FIRST.items():
        (folder.images / f"{name}.png").touch()
        if (stored := content(name, version)) is not None:
            (folder.images / f"{name}.txt").write_bytes(stored)
    folder.close()


@dataclass
class Child:
    """The program that is killed: it works on a folder, and knows what it should look like."""

    folder: CharacterFolder
    random: Random
    now: Versions = field(default_factory=lambda: dict(_FIRST))
    past: list[Versions] = field(default_factory=list)
    snapshots: dict[int, Versions] = field(default_factory=dict)
    newest: int = 10

    def work(self) -> None:
        """Take steps for ever."""
        steps = (self.apply, self.apply, self.undo, self.edit, self.edit, self.take, self.restore)
        while True:
            self.random.choice(steps)()

    def apply(self) -> None:
        self.newest += 1
        self._change("apply", dict.fromkeys(self.now, self.newest))

    def edit(self) -> None:
        self.newest += 1
        self._change("edit", {**self.now, self.random.choice(list(self.now)): self.newest})

    def undo(self) -> None:
        if self.past:
            after = self.past.pop()
            self._step("undo", after, self.folder.undo)

    def take(self) -> None:
        self._step("snapshot", self.now, self.folder.snapshots.take)
        self.snapshots[self.folder.snapshots.all()[0].id] = dict(self.now)
        _say(json.dumps({"snapshots": self.snapshots}))

    def restore(self) -> None:
        if self.snapshots:
            number = self.random.choice(list(self.snapshots))
            after = self.snapshots[number]
            if after != self.now:
                self.past.append(self.now)
            self._step("restore", after, lambda: self.folder.snapshots.restore(number))

    def _change(self, step: str, after: Versions) -> None:
        edits = [
            CaptionBytes(self.folder.images / f"{name}.txt", content(name, self.now[name]), content(name, version))
            for name, version in after.items()
            if version != self.now[name]
        ]
        self.past.append(self.now)
        self._step(step, after, lambda: self.folder.database.apply_caption_edits(edits))

    def _step(self, step: str, after: Versions, do: Callable[[], object]) -> None:
        _say(json.dumps({"step": step, "before": self.now, "after": after}))
        do()
        self.now = dict(after)
        _say(json.dumps({"done": step}))


@dataclass
class Seen:
    """What the child announced before it died."""

    step: str = ""
    before: Versions = field(default_factory=lambda: dict(_FIRST))
    after: Versions = field(default_factory=lambda: dict(_FIRST))
    snapshots: dict[int, Versions] = field(default_factory=dict)
    finished: bool = True

    def hear(self, line: bytes) -> None:
        told = json.loads(line)
        if "snapshots" in told:
            self.snapshots = {int(number): versions for number, versions in told["snapshots"].items()}
        elif "done" in told:
            self.finished = True
        else:
            self.step, self.before, self.after, self.finished = told["step"], told["before"], told["after"], False


def trial(path: Path, seed: int) -> Seen:
    """One program, killed once; raises AssertionError where something is lost."""
    random = Random(seed)
    make(path)
    seen = _kill(path, random)
    stored = _stored(path)
    for name in _FIRST:
        whole = (content(name, seen.before[name]), content(name, seen.after[name]))
        assert stored[name] in whole, f"{name} is neither as before nor as after {seen.step}"
    with CharacterFolder.open(path) as folder:
        _consistent(path, seen)
        others = {item.name for item in folder.images.iterdir() if item.suffix not in (".png", ".txt")}
        assert not others, f"{others} are left"
        _snapshots_whole(folder, seen)
        _back_to_the_first(folder)
    return seen


def _kill(path: Path, random: Random) -> Seen:
    """Let the child take some steps, and kill it in the next."""
    command = [sys.executable, "-m", "tests.character.kill_trials", "--child", str(path), str(random.random())]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    assert child.stdout is not None
    seen = Seen()
    with child.stdout:
        lines, longest = random.randrange(1, 24), 0.001
        for _ in range(lines):
            start = perf_counter()
            seen.hear(child.stdout.readline())
            longest = max(longest, perf_counter() - start) if seen.step else longest
        with suppress(subprocess.TimeoutExpired):
            child.wait(random.uniform(0, min(longest, 2.0)))
        child.send_signal(signal.SIGKILL)
        child.wait()
        for line in child.stdout:
            if line.endswith(b"\n"):
                seen.hear(line)
    return seen


def _stored(path: Path) -> dict[str, bytes | None]:
    texts = {name: path / "images" / f"{name}.txt" for name in _FIRST}
    return {name: text.read_bytes() if text.exists() else None for name, text in texts.items()}


def _consistent(path: Path, seen: Seen) -> None:
    stored = _stored(path)
    allowed = [seen.after] if seen.finished else [seen.before, seen.after]
    wanted = [{name: content(name, version) for name, version in versions.items()} for versions in allowed]
    assert stored in wanted, f"{seen.step} is neither done nor undone"


def _snapshots_whole(folder: CharacterFolder, seen: Seen) -> None:
    for number, versions in seen.snapshots.items():
        folder.snapshots.restore(number)
        assert _stored(folder.path) == {name: content(name, version) for name, version in versions.items()}


def _back_to_the_first(folder: CharacterFolder) -> None:
    with suppress(RequestError):
        while True:
            assert folder.undo().left == ()
    assert _stored(folder.path) == {name: content(name, version) for name, version in _FIRST.items()}


def run(trials: int, where: Path | None, seed: int) -> Iterator[Seen]:
    for number in range(trials):
        with tempfile.TemporaryDirectory(dir=where, prefix="killed-") as folder:
            yield trial(Path(folder) / "abc", seed + number)


def main() -> None:
    parser = argparse.ArgumentParser(description="Kills programs that change captions.")
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--where", type=Path, help="where to make the folders [the system's temporary folder]")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        path, seed = options.child
        Child(CharacterFolder.open(Path(path)), Random(seed)).work()
    killed: Counter[str] = Counter()
    for seen in run(options.trials, options.where, options.seed):
        killed[f"in the middle of {seen.step}" if not seen.finished else "between two steps"] += 1
    _say(f"{sum(killed.values())} programs killed, nothing lost:")
    for when, times in killed.most_common():
        _say(f"{times:6} {when}")


if __name__ == "__main__":
    main()
