"""A program that is killed at any instant loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from random import Random
from time import perf_counter

import pytest

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.errors import RequestError

TRIALS = 12
CAPTIONS = 30

CHILD = """
import sys
from pathlib import Path
from consistent_character.character.folder import CharacterFolder
from consistent_character.character.journal import CaptionBytes

folder = CharacterFolder.open(Path(sys.argv[1]))
edits = []
for pair in folder.pairs():
    edits.append(CaptionBytes(pair.caption, pair.caption.read_bytes(), b"after " * 2000 + pair.image.name.encode()))
print("ready", flush=True)
while True:
    folder.database.apply_caption_edits(edits)
    print("applied", flush=True)
    folder.undo()
    print("undone", flush=True)
"""
"""Applies and takes back for ever, and tells after each."""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")


def _before(number: int) -> bytes:
    return b"before \xff" * 1500 + b"%d" % number


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder of images with long captions, so that half-written ones would be seen."""
    folder = CharacterFolder.create(tmp_path / "abc", Character("abc", "a woman"))
    for number in range(CAPTIONS):
        (folder.images / f"{number:02}.png").write_bytes(b"")
        (folder.images / f"{number:02}.txt").write_bytes(_before(number))
    folder.close()
    return folder.path


def _kill_at_random(path: Path, random: Random) -> None:
    """Let the child apply and take back once, then kill it somewhere in its next round."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout:
        assert child.stdout.readline() == b"ready\n"
        start = perf_counter()
        assert [child.stdout.readline() for _ in range(2)] == [b"applied\n", b"undone\n"]
        with suppress(subprocess.TimeoutExpired):
            child.wait(random.uniform(0, perf_counter() - start))
        child.send_signal(signal.SIGKILL)
        child.wait()


@pytest.mark.parametrize("trial", range(TRIALS))
def test_captions_are_whole_and_come_back(path: Path, trial: int) -> None:
    _kill_at_random(path, Random(trial))
    captions = sorted((path / "images").glob("*.txt"))
    afters = {caption: b"after " * 2000 + caption.with_suffix(".png").name.encode() for caption in captions}
    assert len(captions) == CAPTIONS
    for number, caption in enumerate(captions):
        assert caption.read_bytes() in (_before(number), afters[caption])
    with CharacterFolder.open(path) as folder:
        all_after = all(caption.read_bytes() == afters[caption] for caption in captions)
        if all_after:
            assert folder.undo().left == ()
        else:
            with pytest.raises(RequestError):
                folder.undo()
        assert [caption.read_bytes() for caption in captions] == [_before(number) for number in range(CAPTIONS)]
    leftovers = {item.name for item in (path / "images").iterdir() if item.suffix not in (".png", ".txt")}
    assert leftovers == set()
