"""Trying out by REST."""

from __future__ import annotations

from pathlib import Path

import pytest

from consistent_character.house import House
from tests.choosing.test_battery import painting
from tests.choosing.test_forest_test import made
from tests.fakes import FakeEngine, as_engine
from tests.web.client import Client
from tests.web.test_routes import _client


@pytest.fixture
def trained(tmp_path: Path) -> tuple[Client, Path]:
    folder, run = made(tmp_path, 2)
    folder.close()
    house = House(as_engine(FakeEngine(painter=painting())), tmp_path)
    return _client(house), run


def test_every_prompt_is_tried_and_the_page_is_there(trained: tuple[Client, Path]) -> None:
    client, run = trained
    asked = {"step": 40, "groups": ["places"], "width": 96, "height": 96}
    job = client.post("/characters/her/validate", asked).json()
    while job["state"] not in ("done", "failed", "interrupted"):
        job = client.get(f"/jobs/{job['id']}?wait=30").json()
    assert job["state"] == "done", job
    found = client.get(f"/jobs/{job['id']}/result").json()
    assert [len(one["cells"]) for one in found["battery"]["tried"]] == [5]
    assert (run / "battery.html").is_file()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"groups": ["pets"]}, "nothing called"),
        ({"prompts": ["no name"]}, "has no {name}"),
        ({"prompts": ["a nude photo of {name}, 15 years old"]}, "refused"),
    ],
)
def test_what_cannot_be_used_is_refused_at_once(
    trained: tuple[Client, Path], body: dict[str, object], words: str
) -> None:
    client, _ = trained
    answer = client.post("/characters/her/validate", {"step": 40, **body})
    assert answer.status_code in (400, 422)
    assert words in answer.text
