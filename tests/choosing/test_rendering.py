"""Pictures are drawn once, and looked at while they are at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import Subject
from consistent_character.choosing.reading import Looker
from consistent_character.choosing.rendering import Album, Planned, draw_missing
from consistent_character.progress import Silent
from tests.choosing.test_forest_test import FADES, REQUEST, made, painting
from tests.fakes import FakeEngine, as_engine


def album(folder: CharacterFolder, run: Path, engine: FakeEngine) -> tuple[Album, Subject]:
    subject = Subject.of_run(folder, run)
    return Album(run, subject.token, REQUEST, subject.iterations, as_engine(engine).checkpoint), subject


def test_what_is_drawn_is_shown_and_what_is_there_is_not(tmp_path: Path) -> None:
    folder, run = made(tmp_path)
    with folder:
        engine = FakeEngine(painter=painting(*FADES))
        pictures, _ = album(folder, run, engine)
        row = pictures.row(40, (1, 2, 3))
        draw_missing(row[:1], as_engine(engine), Silent())
        shown: dict[Planned, Image.Image] = {}
        draw_missing(row, as_engine(engine), Silent(), seen=shown.__setitem__)
        assert list(shown) == [*row[1:]]
        for planned, image in shown.items():
            with Image.open(planned.path) as written:
                assert np.array_equal(np.asarray(image), np.asarray(written))


def test_it_is_described_as_its_file_would_be(tmp_path: Path) -> None:
    folder, run = made(tmp_path)
    with folder:
        engine = FakeEngine(painter=painting(*FADES))
        pictures, subject = album(folder, run, engine)
        (planned,) = pictures.row(40, (1,))
        at_hand, from_file = (Looker(subject.references, subject.references) for _ in range(2))
        draw_missing([planned], as_engine(engine), Silent(), seen=at_hand.take)
        expected = from_file.described(planned)
        planned.path.unlink()
        assert np.array_equal(at_hand.described(planned), expected)


def test_a_plan_is_made_once(tmp_path: Path) -> None:
    folder, run = made(tmp_path)
    with folder:
        pictures, _ = album(folder, run, FakeEngine())
        assert pictures.row(40, (1, 2))[1] is pictures.row(40, (2, 3))[0]
        assert pictures.baseline((1,))[0] is pictures.baseline((1,))[0]
        assert pictures.row(40, (1,)) != pictures.row(80, (1,))
