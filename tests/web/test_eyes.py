"""The jobs that draw and judge open the models that look at pictures, with the folder's memory, and close them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from consistent_character.character.journal import Journal
from consistent_character.house import House
from consistent_character.vision.seeing.cache import SeenCache
from consistent_character.vision.seeing.sight import Sight, lookers
from tests.choosing.test_forest_test import made, painting
from tests.choosing.test_witness import STRANGERS
from tests.fakes import FakeEngine, FakeTrainer, as_engine
from tests.web.test_routes import _client

FOREST = "an extreme closeup front shot photo of {name} in a forest"


class Opened:
    """Models that are opened, and never asked."""

    def __init__(self) -> None:
        self.caches: list[SeenCache | None] = []
        self.closed = 0

    @contextmanager
    def __call__(self, cache: SeenCache | None) -> Iterator[Sight | None]:
        self.caches.append(cache)
        with Sight(lookers(None), cache, workers=1) as sight:
            yield sight
        self.closed += 1


@pytest.mark.parametrize(
    ("step", "asked"),
    [
        ("choose", {"width": 96, "height": 96, "seeds": [1, 2], "more_seeds": 0}),
        ("validate", {"step": 40, "groups": [], "prompts": [FOREST], "width": 96, "height": 96, "class_word": "woman"}),
        ("promote", {"step": 40, "samples": 0}),
        ("train", {"steps": 2, "save_every": 1, "num_vectors": 2, "width": 64, "height": 64, "forest_watch": "off"}),
    ],
)
def test_a_job_opens_them_and_closes_them(tmp_path: Path, step: str, asked: dict[str, object]) -> None:
    folder, _ = made(tmp_path, 2)
    folder.close()
    eyes, engine = Opened(), FakeEngine(trainer=FakeTrainer(), painter=painting(*STRANGERS))
    client = _client(House(as_engine(engine), tmp_path, eyes=eyes))
    if step == "choose":
        asked = {**asked, "prompt": FOREST, "class_word": "woman"}
    job = client.post(f"/characters/her/{step}", asked).json()
    while job["state"] not in ("done", "failed", "interrupted"):
        job = client.get(f"/jobs/{job['id']}?wait=30").json()
    assert job["state"] == "done", job
    (cache,) = eyes.caches
    assert isinstance(cache, Journal)
    assert eyes.closed == 1
    if step in ("choose", "validate"):
        found = client.get(f"/jobs/{job['id']}/result").json()
        assert "No models look at these pictures" in str(found)
