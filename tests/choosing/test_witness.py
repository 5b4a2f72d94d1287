"""The forest test and the watch with models that see people and faces: real worker processes, which only pretend."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from consistent_character import training
from consistent_character.choosing import ForestTest, Subject, forest_test
from consistent_character.choosing.reading import CROWDED
from consistent_character.choosing.watched import read_watched
from consistent_character.choosing.watching import Watcher
from consistent_character.engine import RenderRequest
from consistent_character.errors import Interrupted
from consistent_character.progress import Silent
from consistent_character.vision.seeing import opened
from consistent_character.vision.seeing.cache import SeenCache
from consistent_character.vision.seeing.sight import Looker, Sight
from tests.choosing.pictures import WOMAN, Look, draw
from tests.choosing.test_forest_test import FADES, REQUEST, made, painting
from tests.choosing.test_watching import SETTINGS
from tests.fakes import FakeEngine, FakeTrainer
from tests.vision.seeing import fake_looker

STRANGERS = (Look(1, 0),) * 4
"""Iterations that never look like the character, for those who go by colours."""


@pytest.fixture
def knowing(tmp_path: Path) -> Iterator[Sight]:
    with sight_of(tmp_path, "knowing") as sight:
        yield sight


def sight_of(tmp_path: Path, name: str, cache: SeenCache | None = None) -> Sight:
    command = (sys.executable, str(fake_looker.__file__), str(tmp_path / "log"), name)
    return Sight([Looker(name, command)], cache, workers=1)


def looks(tmp_path: Path) -> int:
    log = tmp_path / "log"
    return len(log.read_text(encoding="utf-8").splitlines()) if log.exists() else 0


def outcome(path: Path, sight: Sight | None, *looks: Look) -> ForestTest:
    folder, run = made(path, len(looks))
    with folder:
        engine = FakeEngine(painter=painting(*looks))
        return forest_test(Subject.of_run(folder, run), REQUEST, engine, Silent(), sight)


def reasons(test: ForestTest) -> list[str]:
    return [next(one.reason for one in row.signals if one.name == "likeness") for row in test.iterations]


def test_likeness_is_read_from_faces_where_they_are_seen(tmp_path: Path, knowing: Sight) -> None:
    test = outcome(tmp_path / "seen", knowing, *STRANGERS)
    faces = [[one.likeness for one in row.pictures if one.seed != fake_looker.FACELESS] for row in test.iterations]
    assert [all(value < 0.1 for value in row) for row in faces] == [True, True, False, False]
    assert [all(value > 0.9 for value in row) for row in faces] == [False, False, True, True]
    by_colours = [one.likeness for row in test.iterations for one in row.pictures if one.seed == fake_looker.FACELESS]
    assert max(by_colours) < 0.3
    some = "read from the face in 2 of 3 pictures, colours and edges in their places"
    assert all(some in one for one in reasons(test))
    assert all("recognised in 5 of 5 training pictures (by knowing)" in one for one in reasons(test))
    assert test.likeness_auc == 1


def test_the_person_is_left_out_of_the_scene(tmp_path: Path, knowing: Sight) -> None:
    def paint(request: RenderRequest) -> Image.Image:
        image = draw(Look(), WOMAN, request.seed)
        if request.embeddings:  # where somebody is said to be there is no scene
            image.paste((128, 128, 128), (0, 0, image.width // 2 + 2, image.height))
        return image

    def scene(path: Path, sight: Sight | None) -> float:
        folder, run = made(path, 1)
        with folder:
            engine = FakeEngine(painter=paint)
            return forest_test(Subject.of_run(folder, run), REQUEST, engine, Silent(), sight).iterations[0].scene

    assert scene(tmp_path / "seeing", knowing) > 0.9
    assert scene(tmp_path / "blind", None) < 0.7


def test_whether_the_person_fills_the_frame_is_told_by_where_the_person_is(tmp_path: Path) -> None:
    """Nothing but colours of a face, and somebody is seen in the left half; and the other way round."""

    def judged(path: Path, name: str, *, crowded: bool) -> ForestTest:
        folder, run = made(path, 2)
        for pair in folder.pairs() if crowded else ():
            with Image.open(pair.image) as image:
                filled = image.crop((34, 34, 62, 62)).resize(image.size)
            filled.save(pair.image)
        with folder, sight_of(path, name) as sight:
            engine = FakeEngine(painter=painting(*STRANGERS))
            return forest_test(Subject.of_run(folder, run), REQUEST, engine, Silent(), sight)

    assert judged(tmp_path / "blind", "blind", crowded=True).cannot_tell == CROWDED
    assert judged(tmp_path / "knowing", "knowing", crowded=True).cannot_tell == ""
    assert judged(tmp_path / "filling", "filling", crowded=False).cannot_tell == CROWDED
    assert judged(tmp_path / "wall", "blind", crowded=False).cannot_tell == ""


def test_models_that_see_nobody_change_no_reading(tmp_path: Path) -> None:
    with sight_of(tmp_path, "blind") as sight:
        seen = outcome(tmp_path / "seen", sight, *FADES)
    alone = outcome(tmp_path / "alone", None, *FADES)
    seen_figures, figures = (
        [(one.scene, one.likeness, one.scene_band, one.likeness_band) for one in test.iterations]
        for test in (seen, alone)
    )
    assert seen_figures == figures
    assert (seen.why, seen.onset, seen.likeness_auc) == (alone.why, alone.onset, alone.likeness_auc)
    assert all("The models see nobody in most pictures" in one for one in reasons(seen))
    assert reasons(alone)[0].endswith("read from colours and edges in their places, as a share of the best one's.")
    assert looks(tmp_path) == 5 + 3, "the training pictures of the framing and the class word's; no iteration's"


def test_what_was_seen_is_remembered_in_the_folder(tmp_path: Path) -> None:
    folder, run = made(tmp_path, 2)
    found, counted = [], []
    with folder:
        for _ in range(2):
            with sight_of(tmp_path, "knowing", folder.database) as sight:
                engine = FakeEngine(painter=painting(*STRANGERS))
                found.append(forest_test(Subject.of_run(folder, run), REQUEST, engine, Silent(), sight))
            counted.append(looks(tmp_path))
    assert found[0] == found[1]
    assert counted == [5 + 3 * 3] * 2


def test_a_watch_is_read_from_faces_too(tmp_path: Path, knowing: Sight) -> None:
    folder, _ = made(tmp_path, 1)
    engine = FakeEngine(trainer=FakeTrainer(), painter=lambda request: draw(Look(), WOMAN, request.seed))
    with folder:
        settings = SETTINGS.with_changes(save_every=50, steps=100, forest_watch="watch")
        run = training.train(folder, settings, engine, Silent(), watcher=Watcher(folder, engine, sight=knowing))
    watched = read_watched(run.path)
    assert watched
    before, after = watched.seen
    assert before.likeness is not None and after.likeness is not None
    assert before.likeness < 0.3 < 0.6 < after.likeness


def test_stopping_is_heard_while_models_look(tmp_path: Path, knowing: Sight) -> None:
    folder, run = made(tmp_path, 1)
    progress = Silent()
    engine = FakeEngine(painter=painting(*STRANGERS))
    with folder:
        forest_test(Subject.of_run(folder, run), REQUEST, engine, progress)
        progress.interrupt()
        with pytest.raises(Interrupted):
            forest_test(Subject.of_run(folder, run), REQUEST, engine, progress, knowing)


def test_without_models_there_is_nothing_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "installed", lambda: None)
    with opened.installed_sight() as sight:
        assert sight is None
