"""Prompt adherence with the interrogator's own CLIP file, in a real web UI; nothing is downloaded for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.webui.server import RunningWebUI

pytestmark = pytest.mark.webui


@pytest.fixture
def pictures(tmp_path: Path) -> list[str]:
    paths = [str(tmp_path / f"{number}.png") for number in range(10)]
    for number, path in enumerate(paths):
        levels = np.random.default_rng(number).integers(0, 255, (96, 64, 3)).astype(np.uint8)
        Image.fromarray(levels).save(path)
    return paths


def test_similarities_are_those_of_the_library(running: RunningWebUI, tmp_path: Path, pictures: list[str]) -> None:
    running.inside("adherence.made", folder=str(tmp_path))
    told = running.inside("adherence.told", folder=str(tmp_path), text="a woman in a forest", pictures=pictures)
    assert told["name"] == "CLIP ViT-L/14"
    assert np.allclose(told["found"], told["theirs"], atol=1e-4)
    assert len(set(told["found"])) == len(pictures)
    assert told["left"] == 0, "it is let go of"


def test_without_a_whole_file_there_is_none(running: RunningWebUI, tmp_path: Path, pictures: list[str]) -> None:
    assert running.inside("adherence.told", folder=str(tmp_path), text="a woman", pictures=pictures) == {"name": ""}
    running.inside("adherence.made", folder=str(tmp_path))
    path = tmp_path / "ViT-L-14.pt"
    path.write_bytes(path.read_bytes()[:100_000])
    assert running.inside("adherence.told", folder=str(tmp_path), text="a woman", pictures=pictures) == {"name": ""}
