"""The plan of the grid: complete, stored once, and only ever appended to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consistent_character.character.vocabulary import vocabulary_of
from consistent_character.errors import FolderError, RequestError
from consistent_character.generating.grid import FILE_NAME, Grid, GridRequest, draw_up
from consistent_character.prompts.cells import ANGLES, TUTORIAL, ZOOMS, all_cells, cell_of


def test_the_defaults_are_the_tutorials_400_pictures(tmp_path: Path) -> None:
    pictures = draw_up(tmp_path, GridRequest()).pictures
    assert len(pictures) == 400
    assert {picture.cell for picture in pictures} == set(all_cells())
    assert [picture.number for picture in pictures] == list(range(1, 401))
    assert len({picture.seed for picture in pictures}) == 400
    assert len({picture.cell for picture in pictures[:25]}) == 25, "one of every cell comes before the second of any"


def test_the_plan_is_stored_and_found_again(tmp_path: Path) -> None:
    first = draw_up(tmp_path, GridRequest(per_cell=2))
    stored = (tmp_path / FILE_NAME).read_bytes()
    assert draw_up(tmp_path, GridRequest(per_cell=2)) == first
    assert (tmp_path / FILE_NAME).read_bytes() == stored
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_random_seeds_differ_from_plan_to_plan(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    one, other = draw_up(tmp_path, GridRequest()), draw_up(tmp_path / "other", GridRequest())
    assert not {p.seed for p in one.pictures} & {p.seed for p in other.pictures}


_REQUESTS = st.builds(
    GridRequest,
    per_cell=st.integers(1, 5),
    zooms=st.lists(st.sampled_from(ZOOMS), min_size=1, unique=True).map(tuple),
    angles=st.lists(st.sampled_from(ANGLES), min_size=1, unique=True).map(tuple),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_REQUESTS, min_size=1, max_size=4))
def test_a_grid_grown_in_several_goes_is_the_grid_asked_for_at_once(requests: list[GridRequest]) -> None:
    grid = Grid(7)
    for request in requests:
        before = grid.pictures
        grid = grid.extended(request)
        assert grid.pictures[: len(before)] == before
        asked_for = grid.asked_for(request)
        assert {(p.cell, p.index) for p in asked_for} == {
            (c, i) for c in request.cells for i in range(request.per_cell)
        }
    at_once = {(p.cell, p.index): p.seed for p in Grid(7).extended(GridRequest(per_cell=5)).pictures}
    assert len({p.number for p in grid.pictures}) == len(grid.pictures)
    assert all(at_once[p.cell, p.index] == p.seed for p in grid.pictures)


def test_another_seed_than_the_stored_plans_is_refused(tmp_path: Path) -> None:
    draw_up(tmp_path, GridRequest(seed=5))
    assert draw_up(tmp_path, GridRequest(seed=5)) == draw_up(tmp_path, GridRequest())
    with pytest.raises(RequestError, match="planned with seed 5, not 6"):
        draw_up(tmp_path, GridRequest(seed=6))


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"base_seed": 1, "pictures": [{"number": 1}]}', "\x00"])
def test_a_broken_plan_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    with pytest.raises(FolderError, match=r"grid\.json cannot be read"):
        draw_up(tmp_path, GridRequest())
    assert (tmp_path / FILE_NAME).read_text(encoding="utf-8") == content


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"per_cell": 0}, "Pictures per cell: 0 is outside 1 to 1000"),
        ({"seed": -2}, "Seed: -2"),
        ({"zooms": ()}, "Choose at least one zoom"),
        ({"angles": ("from (the) moon",)}, "The viewing angle “from \\(the\\) moon” holds"),
        ({"zooms": ("near", "Near")}, "stands in the list twice"),
        ({"width": 500}, "The width 500 cannot be drawn: take a multiple of 8"),
        ({"height": 8}, "Height: 8 is outside"),
        ({"sampler": "Eulre"}, '"Eulre" is no sampler that can be drawn. Take one of: Euler a'),
        ({"steps": 0}, "Steps: 0"),
        ({"cfg_scale": float("nan")}, "CFG scale: nan"),
    ],
)
def test_a_setting_outside_its_range_says_what_it_may_be(change: dict[str, object], line: str) -> None:
    GridRequest().check()
    with pytest.raises(RequestError, match=line):
        replace(GridRequest(), **change).check()  # type: ignore[arg-type]


def test_words_of_ones_own_are_planned_and_known_again(tmp_path: Path) -> None:
    request = GridRequest(per_cell=1, zooms=("a bird's eye view", "a closeup"), angles=("from the moon",))
    request.check()
    assert {picture.cell for picture in draw_up(tmp_path, request).pictures} == set(request.cells)
    known = vocabulary_of(tmp_path)
    assert known.zooms == ("a bird's eye view", "a closeup", *(zoom for zoom in ZOOMS if zoom != "a closeup"))
    assert known.angles == ("from the moon", *ANGLES)
    assert cell_of("a bird's eye view, from the  Moon", known) == request.cells[0]


@pytest.mark.parametrize("content", [None, "", "[1]", '{"pictures": 3}'])
def test_without_a_plan_the_words_are_the_tutorials(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    assert vocabulary_of(tmp_path) == TUTORIAL
