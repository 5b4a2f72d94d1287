"""`validate` from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from consistent_character.character.journal import Journal
from consistent_character.cli import places
from tests.choosing.test_battery import painting
from tests.choosing.test_forest_test import made
from tests.cli.conftest import Call
from tests.fakes import FakeEngine
from tests.web.test_eyes import Opened


@pytest.fixture
def trained(tmp_path: Path, engine: FakeEngine) -> Path:
    engine._painter = painting(lost=("at night",))
    folder, _ = made(tmp_path, 2)
    folder.close()
    return folder.path


def test_tells_what_is_kept_and_lost_and_writes_the_page(call: Call, trained: Path, engine: FakeEngine) -> None:
    answer = call("validate", trained, "--step", "40", "--groups", "places", "--width", "96", "--height", "96")
    assert answer.code == 0, answer.err
    assert "Keeps its face in 5 of 5 places; loses the place (at night). (4 good, 1 bad)" in answer.out
    assert "at night: It loses the place." in answer.out
    (page,) = trained.glob("runs/*/battery.html")
    assert str(page) in answer.out
    again = call("validate", trained, "--step", "40", "--groups", "places", "--width", "96", "--height", "96", "--json")
    tried = again.document["battery"]["tried"]
    assert [cell["verdict"] for cell in tried[0]["cells"]] == ["good"] * 4 + ["bad"]
    assert len(engine.rendered) == 10, "nothing is drawn twice"


def test_other_checkpoints_are_put_to_use_one_after_the_other(call: Call, trained: Path, engine: FakeEngine) -> None:
    answer = call("validate", trained, "--step", "40", "--groups", "places", "--checkpoints", "other", "fake")
    assert answer.code == 0, answer.err
    assert engine.used == ["other", "as before", "fake", "as before"]


@pytest.mark.parametrize(
    "words",
    [
        ("validate", "--step", "40", "--groups", "places", "--width", "96", "--height", "96"),
        ("promote", "--step", "40", "--samples", "0"),
    ],
)
def test_the_models_are_opened_with_the_folders_memory(
    call: Call, trained: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    eyes = Opened()
    monkeypatch.setattr(places, "installed_sight", eyes)
    answer = call(words[0], trained, *words[1:])
    assert answer.code == 0, answer.err
    assert [type(cache) for cache in eyes.caches] == [Journal]
    assert eyes.closed == 1


def test_without_a_forest_test_a_step_must_be_named(call: Call, trained: Path, engine: FakeEngine) -> None:
    answer = call("validate", trained)
    assert answer.code == 2
    assert "do the forest test first, or name a step" in answer.err
    assert engine.rendered == []
