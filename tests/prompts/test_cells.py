"""Zooms and viewing angles are found as whole phrases."""

from __future__ import annotations

import pytest

from consistent_character.prompts.cells import ANGLES, ZOOMS, Cell, all_cells, cell_of


def test_there_are_25_in_the_tutorials_order() -> None:
    assert len(set(all_cells())) == 25
    assert all_cells()[0] == Cell("an extreme closeup", "front shot")
    assert all_cells()[-1] == Cell(ZOOMS[-1], ANGLES[-1])


@pytest.mark.parametrize("cell", all_cells(), ids=str)
def test_each_is_found_in_its_prompt(cell: Cell) -> None:
    assert cell_of(f"{cell} photo of a woman, a closeup, front shot") == cell
    assert cell_of(f"({cell.zoom.upper()}:1.2)  ({cell.angle})  photo") == cell


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a closeup",
        "front shot",
        "closeup front shot",
        "a closeups front shot",
        "a supercloseup side angles",
        "a medium front shot",
    ],
)
def test_nothing_is_guessed(text: str) -> None:
    assert cell_of(text) is None


def test_a_longer_zoom_is_not_a_shorter_one() -> None:
    assert cell_of("a medium closeup rear angle") == Cell("a medium closeup", "rear angle")


def test_line_breaks_are_spaces() -> None:
    assert cell_of("a full\nbody low  angle\tshot") == Cell("a full body", "low angle shot")
