"""A forest test shown: the answer, the contact sheet, the slider, every signal."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from consistent_character.choosing import ForestTest
from consistent_character.report.pictures import inlined
from consistent_character.report.sheet import DOES_NOT_COUNT
from consistent_character.report.showing import headline, showing
from consistent_character.report.verdicts import effort, in_words
from tests.report.forests import SEEDS, forest_test

UNSEEN = (60, 90)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("forest")


@pytest.fixture(scope="module")
def test(base: Path) -> ForestTest:
    return forest_test(base, unseen=UNSEEN, uncounted=2)


@pytest.fixture(scope="module")
def page(test: ForestTest, base: Path) -> str:
    return showing(test, base, inlined(64))


def _buttons(page: str) -> list[str]:
    return re.findall(r'<button type="button" class="cc-picture[^>]*>', page)


def test_every_picture_is_a_button_that_says_what_it_enlarges(test: ForestTest, page: str) -> None:
    buttons = _buttons(page)
    assert len(buttons) == len(SEEDS) * (len(test.iterations) + 2)
    assert all('aria-label="Enlarge ' in button for button in buttons)
    for row in ("references", "baseline", *(str(one.step) for one in test.iterations)):
        assert sum(f'data-row="{row}"' in button for button in buttons) == len(SEEDS)
    of_50 = next(button for button in buttons if 'data-row="50"' in button)
    assert "undertrained, scene 0.83, likeness 0.45" in of_50
    assert test.iterations[1].reason in of_50


def test_a_seed_that_does_not_count_is_grayed_and_says_why(test: ForestTest, page: str) -> None:
    gray = [button for button in _buttons(page) if "cc-uncounted" in button]
    assert len(gray) == len(test.iterations) + 1, "the baseline's too, and no training picture"
    assert all('data-seed="2"' in button and DOES_NOT_COUNT in button for button in gray)
    assert re.findall(r'<th scope="col">seed (\d)<span class="cc-uncounted-head"', page) == ["2"]


def test_a_picture_that_was_not_needed_leaves_a_word(test: ForestTest, base: Path) -> None:
    first, *others = test.iterations
    page = showing(replace(test, iterations=(replace(first, pictures=first.pictures[:1]), *others)), base, inlined(64))
    assert page.count("not drawn</span>") == page.count('class="cc-empty"') + len(UNSEEN)
    assert page.count('class="cc-empty"') == 2
    assert len([one for one in _buttons(page) if f'data-row="{first.step}"' in one]) == 1


def test_the_slider_offers_every_row_and_seed(test: ForestTest, page: str) -> None:
    choices = re.findall(r'<option value="([^"]*)"( selected)?', page)
    rows = ["baseline", *(str(one.step) for one in test.iterations)]
    assert [value for value, _ in choices] == [*rows, *rows, *map(str, SEEDS)]
    assert [value for value, chosen in choices if chosen] == ["baseline", str(test.recommended or "100"), "1"]
    assert page.count("<select") == 3
    assert 'type="range"' in page


def test_every_signal_of_every_iteration_is_in_the_table(test: ForestTest, page: str) -> None:
    table = page[page.index('class="cc-signals"') :]
    table = table[: table.index("</table>")]
    heads = re.findall(r"</span> ([^<]+)<sup", table)
    assert heads == ["scene", "likeness", "vector norms", "drift"]
    assert re.findall(r'<span class="cc-arrow"[^>]*>(.)', table) == ["↑", "↑", "↓", "·"]
    steps = [int(step) for step in re.findall(r'class="cc-more"[^>]*>(\d+)<', table)]
    assert steps == sorted([*(one.step for one in test.iterations), *UNSEEN])
    for one in [*test.iterations, *test.unseen]:
        for signal in one.signals:
            assert f"{signal.name} {signal.value:.2f}" in table
            assert signal.reason in unescape(table)
    bad = sum(signal.bad for one in [*test.iterations, *test.unseen] for signal in one.signals)
    assert table.count('class="cc-against"') == bad > 0
    assert page.count("<li>own measure</li>") == page.count("<li>Gal 2022</li>") == 1


def test_a_test_from_before_there_were_signals_shows_its_two(test: ForestTest, base: Path) -> None:
    plain = (replace(one, signals=(), scene_band=(0.0, 1.0), likeness_band=(0.0, 1.0)) for one in test.iterations)
    page = showing(replace(test, iterations=tuple(plain), unseen=(), drawn=0), base, inlined(64))
    assert re.findall(r"cc-arrow[^>]*>.</span> (\w+)", page) == ["scene", "likeness"]
    assert "in 90 % of cases" not in page, "there are no bands to explain"
    assert "drawn" not in headline(replace(test, unseen=(), drawn=0))


def test_the_answer_tells_its_runners_up_and_its_effort(base: Path) -> None:
    found = forest_test(base, (25, 75, 100, 125), onset=125, unseen=UNSEEN)
    words = headline(found)
    assert "Use step 100" in words and "overtrained from step 125" in words
    assert "<b>Step 75</b> nearly as like." in words
    assert effort(found) == (
        "15 pictures drawn; every iteration with every seed would be 21. 2 iterations could be passed over."
    )
    assert in_words(found) == "Use step 100, overtrained from step 125."


def test_what_cannot_be_told_says_why_and_what_to_do(base: Path) -> None:
    found = forest_test(base, cannot_tell="The base model does not draw the scene.")
    words = headline(found)
    assert "This cannot be told" in words
    assert "The base model does not draw the scene." in words
    assert "Do this: </b>Take another scene." in words
    assert "Use step" not in words and "No iteration to use" not in words


def test_words_from_files_are_not_markup(test: ForestTest, base: Path) -> None:
    evil = '<script>alert("x")</script>'
    first = test.iterations[0]
    signals = (replace(first.signals[0], name=evil, reason=evil, source=evil),)
    page = showing(
        replace(test, why=evil, iterations=(replace(first, reason=evil, signals=signals),)), base, inlined(64)
    )
    assert "<script>" not in page
    assert 'alert("x")' not in page.replace("&quot;", "'"), "nor out of an attribute"
