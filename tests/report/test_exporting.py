"""What a forest test leaves in its run's folder: a page, a table, a picture."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from consistent_character.choosing import ForestTest, IterationResult, PictureResult, read_result
from consistent_character.choosing.result import write_result
from consistent_character.choosing.signals.signal import Signal
from consistent_character.report.exporting import FILES, export
from consistent_character.report.palette import PAPER
from consistent_character.report.poster import poster
from consistent_character.report.tidy import COLUMNS, tidy
from tests.report.forests import SEEDS, forest_test

UNSEEN = (60,)
_OUTSIDE = re.compile(r"""(?:src|href)\s*=\s*["'](?!data:|#)|url\(\s*["']?(?!#|data:)|@import|<script|<link""", re.I)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("character") / "runs" / "20260101-120000-1"
    path.mkdir(parents=True)
    return path


@pytest.fixture(scope="module")
def test(run: Path) -> ForestTest:
    return forest_test(run.parent.parent, unseen=UNSEEN, uncounted=2)


def test_all_files_lie_beside_each_other(test: ForestTest, run: Path) -> None:
    write_result(run, test)
    done = export(test, run, settings=(("learning rate", "0.0042"),))
    assert {path.name for path in run.iterdir()} == set(FILES)
    assert [done.html.name, done.json.name, done.csv.name, done.png.name] == list(FILES)
    assert read_result(run) == ForestTest.from_json(json.loads(done.json.read_text(encoding="utf-8")))
    page = done.html.read_text(encoding="utf-8")
    assert not _OUTSIDE.search(re.sub(r'xmlns(:\w+)?="[^"]*"', "", page))
    assert "0.0042" in page and test.prompt.replace("{name}", "t0ken") in page
    assert page.count("data:image/webp") == len(SEEDS) * (len(test.iterations) + 2)


@pytest.mark.slow
def test_a_long_test_of_large_pictures_can_still_be_sent(tmp_path: Path) -> None:
    """20 iterations of 8 seeds at 512 pixels, of noise: nothing takes more room."""
    noise = np.random.default_rng(0).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    soft = Image.fromarray(noise).resize((256, 256), Image.Resampling.BOX).resize((512, 512), Image.Resampling.BICUBIC)
    soft.save(tmp_path / "soft.png")
    seeds = tuple(range(1, 9))
    pictures = tuple(PictureResult(seed, "soft.png", 0.5, 0.5) for seed in seeds)
    iterations = tuple(IterationResult(step, 0.9, 0.9, "good", 0.9, "fine", pictures) for step in range(10, 210, 10))
    made = replace(
        forest_test(tmp_path, (10,)), seeds=seeds, iterations=iterations, baseline=("soft.png",) * 8,
        references=("soft.png",) * 8,
    )  # fmt: skip
    done = export(made, tmp_path, tmp_path)
    assert 1_000_000 < done.html.stat().st_size < 15_000_000
    assert done.png.stat().st_size < 15_000_000


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def test_the_table_has_a_row_for_every_figure(test: ForestTest) -> None:
    rows = _rows(tidy(test))
    assert set(rows[0]) == set(COLUMNS)
    signals = sum(len(one.signals) for one in (*test.iterations, *test.unseen))
    pictures = sum(len(one.pictures) for one in test.iterations)
    assert len(rows) == signals + 2 * pictures
    whole = next(row for row in rows if (row["step"], row["seed"], row["signal"]) == ("50", "", "scene"))
    assert (whole["value"], whole["low"], whole["high"]) == ("0.8300", "0.7300", "0.9300")
    assert (whole["verdict"], whole["drawn"], whole["good_end"]) == ("undertrained", "yes", "high")
    one = next(row for row in rows if (row["step"], row["seed"], row["signal"]) == ("50", "2", "likeness"))
    assert (one["counts"], one["picture"], one["value"]) == ("no", "50/2.png", "0.4545")
    passed_over = [row for row in rows if row["drawn"] == "no"]
    assert {row["step"] for row in passed_over} == {"60"} and len(passed_over) == 2
    assert {row["step"] for row in rows if row["onset"] == "yes"} == {"75"}


words = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=30)


@given(name=words, reason=words)
def test_no_text_becomes_a_formula_and_none_is_lost(test: ForestTest, name: str, reason: str) -> None:
    first = replace(test.iterations[0], signals=(Signal(name, 0.5, "high", reason, reason),), pictures=())
    (row,) = _rows(tidy(replace(test, iterations=(first,), unseen=())))
    for column, text in (("signal", name), ("reason", reason), ("source", reason)):
        assert not row[column].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert row[column] == text or row[column] == f"'{text}"


def _at(image: Image.Image, row: int, column: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A picture of the sheet, found from the right and from below: its rows are evenly spaced."""
    left = 48 + 250 + column * 118
    top = image.height - 70 - (6 - row) * 118
    return np.asarray(image.crop((left + 4, top + 4, left + 108, top + 108)))


def test_the_picture_holds_the_curves_and_every_picture(test: ForestTest, run: Path, tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(poster(test, run.parent.parent, run="x"))
    with Image.open(tmp_path / "x.png") as opened:
        drawn = opened.convert("RGB")
    sheet = [[_at(drawn, row, column) for column in range(3)] for row in range(6)]
    assert all(cell.std() > 4 for row in sheet for cell in row)
    pale = np.abs(sheet[2][1].astype(int).max(axis=2) - sheet[2][1].astype(int).min(axis=2)).mean()
    bright = np.abs(sheet[2][0].astype(int).max(axis=2) - sheet[2][0].astype(int).min(axis=2)).mean()
    assert pale < 12 < bright, "a seed that does not count is gray"
    colours = {colour for _, colour in drawn.getcolors(1_000_000) or ()}
    for name in (PAPER.scene, PAPER.likeness, PAPER.bad):
        assert tuple(bytes.fromhex(name[1:])) in colours


def test_a_missing_picture_leaves_a_frame(test: ForestTest, tmp_path: Path) -> None:
    assert poster(test, tmp_path, run="x").startswith(b"\x89PNG")
