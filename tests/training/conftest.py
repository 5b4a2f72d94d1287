"""A character folder that is ready to be trained on."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from tests.training.cases import CAPTION, TOKEN


@pytest.fixture
def folder(tmp_path: Path) -> CharacterFolder:
    """Twelve images with captions as the caption step writes them."""
    made = CharacterFolder.create(tmp_path / "ada", Character(token=TOKEN, look="a 30yo woman with hazel eyes"))
    for number in range(12):
        Image.new("RGB", (64, 64), (number, 0, 0)).save(made.images / f"{number:02d}.png")
        (made.images / f"{number:02d}.txt").write_text(f"{CAPTION}, {number}", encoding="utf-8")
    return made
