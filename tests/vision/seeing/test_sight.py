"""Real worker processes: a poison picture costs only itself, nothing is looked at twice, and stopping is heard."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from consistent_character.errors import Interrupted
from consistent_character.progress import Silent
from consistent_character.vision import features
from consistent_character.vision.seeing.cache import Memory
from consistent_character.vision.seeing.seen import STYLE_FREE
from consistent_character.vision.seeing.sight import Looker, Sight, lookers
from consistent_character.vision.seeing.style_free import EDGE
from worlds.cartoon.painter import paint
from worlds.cartoon.scene import HELD_OUT

PROGRAM = Path(__file__).with_name("fake_looker.py")


def fake(tmp_path: Path, name: str = "fake") -> Looker:
    return Looker(name, (sys.executable, str(PROGRAM), str(tmp_path / "log"), name))


def looks(tmp_path: Path) -> list[str]:
    """What was looked at by any worker so far."""
    log = tmp_path / "log"
    return log.read_text(encoding="utf-8").split() if log.exists() else []


def files(tmp_path: Path, *contents: str) -> list[Path]:
    made = []
    for number, content in enumerate(contents):
        path = tmp_path / f"{number} – bild.png"
        path.write_text(content, encoding="utf-8")
        made.append(path)
    return made


def test_a_poison_picture_costs_only_itself(tmp_path: Path) -> None:
    paths = files(tmp_path, "fine 0", "crash", "fine 22", "hang", "fine 4444")
    paths.insert(3, tmp_path / "gone.png")
    with Sight([fake(tmp_path)], workers=2, seconds=5) as sight:
        seen = sight.look(paths)
    assert [round(100 * one.sharpness) for one in seen] == [6, 0, 7, 0, 0, 9]
    assert [bool(one.error) for one in seen] == [False, True, False, True, True, False]
    assert "crash" in seen[1].error
    assert "cannot be read" in seen[3].error
    assert "longer than 5 seconds" in seen[4].error
    assert not sight.problem


def test_workers_are_started_again_after_each_crash(tmp_path: Path) -> None:
    paths = files(tmp_path, "crash 1", "fine 1", "crash 2", "fine 2", "crash 3", "fine 3")
    with Sight([fake(tmp_path)], workers=1) as sight:
        assert [bool(one.error) for one in sight.look(paths)] == [True, False] * 3
        assert sight.look(files(tmp_path, "fine later"))[0].error == ""


def test_a_crash_that_was_not_the_pictures_doing_is_made_good(tmp_path: Path) -> None:
    with Sight([fake(tmp_path)], workers=1) as sight:
        (seen,) = sight.look(files(tmp_path, "crash-once"))
    assert (seen.error, seen.by) == ("", "fake")
    assert looks(tmp_path) == ["crash-once", "crash-once"]


def test_what_libraries_print_does_not_get_into_the_answers(tmp_path: Path) -> None:
    with Sight([fake(tmp_path)], workers=1) as sight:
        seen = sight.look(files(tmp_path, "chatter", "fine"))
    assert [one.error for one in seen] == ["", ""]


def test_the_same_content_is_looked_at_once(tmp_path: Path) -> None:
    cache = Memory()
    first, second = files(tmp_path, "fine a", "fine b")
    with Sight([fake(tmp_path)], cache) as sight:
        sight.look([first, second])
        copy = Path(shutil.copy(first, tmp_path / "under another name.png"))
        assert sight.look([copy, second, first])[0].by == "fake"
    assert len(looks(tmp_path)) == 2
    first.write_text("fine but changed", encoding="utf-8")
    with Sight([fake(tmp_path)], cache) as sight:
        assert round(100 * sight.look([first])[0].sharpness) == len("fine but changed")
    assert len(looks(tmp_path)) == 3


def test_other_eyes_look_anew(tmp_path: Path) -> None:
    cache, paths = Memory(), files(tmp_path, "fine")
    for name in ("fake 1", "fake 2", "fake 1"):
        with Sight([fake(tmp_path, name)], cache) as sight:
            assert sight.look(paths)[0].by == name
    assert len(looks(tmp_path)) == 2


def test_a_crash_is_not_remembered(tmp_path: Path) -> None:
    cache, paths = Memory(), files(tmp_path, "crash")
    for _ in range(2):
        with Sight([fake(tmp_path)], cache, workers=1) as sight:
            assert sight.look(paths)[0].error
    assert len(looks(tmp_path)) == 4


class Damaged(Memory):
    """Gives back half of what it was given."""

    def keep(self, key: str, content: bytes) -> None:
        super().keep(key, content[: len(content) // 2])


def test_a_damaged_cache_is_looked_past(tmp_path: Path) -> None:
    cache, paths = Damaged(), files(tmp_path, "fine")
    with Sight([fake(tmp_path)], cache) as sight:
        assert [sight.look(paths)[0].by for _ in range(2)] == ["fake", "fake"]
    assert len(looks(tmp_path)) == 2


class Stopping(Silent):
    """Is stopped by the user after some pictures, or while nothing is finished."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.begun: list[tuple[str, int]] = []
        self.done = 0
        self._after = after

    def begin(self, job: str, total: int, done: int = 0) -> None:
        self.begun.append((job, total))

    def advance(self, units: int = 1, note: str = "") -> None:
        self.done += units
        if self.done >= self._after:
            self.interrupt()
        super().advance(units, note)


def test_stopped_it_keeps_what_is_finished_and_goes_on(tmp_path: Path) -> None:
    cache, paths = Memory(), files(tmp_path, *(f"fine {number}" for number in range(6)))
    progress = Stopping(after=3)
    with Sight([fake(tmp_path)], cache, workers=1) as sight:
        with pytest.raises(Interrupted):
            sight.look(paths, progress)
        assert progress.begun == [("Looking at pictures", 6)]
        before = len(looks(tmp_path))
        again = Stopping(after=100)
        assert [one.error for one in sight.look(paths, again)] == [""] * 6
    assert again.done == 6
    # At most the one that was let go is looked at twice.
    assert before < 6 and len(looks(tmp_path)) <= 7


def test_a_hanging_picture_does_not_keep_anybody_from_stopping(tmp_path: Path) -> None:
    with Sight([fake(tmp_path)], workers=1, seconds=600) as sight, pytest.raises(Interrupted):
        sight.look(files(tmp_path, "hang"), Stopping(after=0))


@pytest.mark.parametrize("name", ["broken", "mute"])
def test_models_that_do_not_run_are_replaced_in_words(tmp_path: Path, name: str) -> None:
    path = tmp_path / "flat.png"
    Image.new("RGB", (40, 30), (90, 90, 90)).save(path)
    with Sight([fake(tmp_path, name), lookers(None)[0]], workers=1) as sight:
        (seen,) = sight.look([path])
    assert (seen.by, seen.size, seen.error) == (STYLE_FREE, (40, 30), "")
    assert name in sight.problem and STYLE_FREE in sight.problem


def test_without_any_process_it_looks_itself(tmp_path: Path) -> None:
    path = tmp_path / "flat.png"
    Image.new("RGB", (40, 30), (90, 90, 90)).save(path)
    with Sight([Looker("nowhere", (str(tmp_path / "no-such-program"),))]) as sight:
        flat, gone = sight.look([path, tmp_path / "gone.png"])
    assert (flat.by, flat.size) == (STYLE_FREE, (40, 30))
    assert gone.error
    assert "cannot be started" in sight.problem


def test_style_free_eyes_see_what_the_features_tell(tmp_path: Path) -> None:
    path = tmp_path / "ein Bild.png"
    paint(HELD_OUT[0].seen(clothes="gray", zoom="a closeup", angle="front shot", background="gray"), Random(0)).save(
        path
    )
    broken = tmp_path / "broken.png"
    broken.write_bytes(path.read_bytes()[:200])
    with Sight(lookers(None), workers=1) as sight:
        seen, bad = sight.look([path, broken])
    rgb = features.load_rgb(path, EDGE)
    assert seen.hashes == (features.perceptual_hash(rgb), features.difference_hash(rgb))
    assert seen.sharpness == pytest.approx(features.sharpness(rgb))
    assert seen.background == pytest.approx(features.background_features(features.load_rgb(path, 48)), abs=1e-5)
    assert (seen.by, seen.person, seen.faces, seen.pose, seen.identity) == (STYLE_FREE, None, (), None, None)
    assert bad.error and bad.by == STYLE_FREE


def test_nothing_at_all_is_looked_at(tmp_path: Path) -> None:
    with Sight([fake(tmp_path)]) as sight:
        assert sight.look([]) == ()


def test_the_workers_end_with_the_sight(tmp_path: Path) -> None:
    with Sight([fake(tmp_path)], workers=1) as sight:
        sight.look(files(tmp_path, "fine"))
        assert sight._pool is not None
        process = sight._pool._workers[0]._process
        assert process is not None and process.poll() is None
    assert process.poll() is not None


@pytest.mark.skipif(os.name == "nt", reason="names there are always text")
def test_a_name_that_is_no_text_can_be_looked_at(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/bild-\xff.png"))
    path.write_text("fine", encoding="utf-8")
    with Sight([fake(tmp_path)], workers=1) as sight:
        assert sight.look([path])[0].error == ""
