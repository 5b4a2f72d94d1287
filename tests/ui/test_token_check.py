"""The token check in a real browser: a word that is taken does not look like one that is free."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.engine import RenderRequest
from tests.fakes import FakeEngine, draw
from tests.ui.pages import Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TOKEN, TAKEN = "l4dyx", "zyzz7"


@pytest.fixture
def engine() -> FakeEngine:
    """Draws one word in a colour of its own."""

    def paint(request: RenderRequest) -> Image.Image:
        plain = draw(replace(request, prompt="nothing"))
        colour = Image.new("RGB", plain.size, (20, 140, 30))
        return Image.blend(plain, colour, 0.7 if request.prompt == TAKEN else len(request.prompt) / 100)

    return FakeEngine(painter=paint)


def test_free_is_good_and_taken_is_a_warning(page: Page, tmp_path: Path) -> None:
    CharacterFolder.create(tmp_path / TOKEN, Character(TOKEN, "a woman with dark skin")).close()
    page.open(TOKEN)
    page.panel("Generate")
    page.page.click("#cc_token .label-wrap")
    page.press("token", "start")
    page.see("#cc_strip .cc-good", f"{TOKEN} is free")
    assert page.page.locator("#cc_token_result img").count() == 9 * 4
    page.page.fill("#cc_token_word textarea, #cc_token_word input", TAKEN)
    page.press_anew("token", "start")
    page.see("#cc_strip .cc-warning", f"{TAKEN} is taken")
    page.see("#cc_token_result .cc-bad", "means something to the model already")
    assert not page.errors
