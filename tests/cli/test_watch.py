"""`train --watch`, `train --stop` and `watch`, from their words to the files and the answer."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from PIL import Image

from consistent_character.choosing.watched import read_watched
from consistent_character.cli import places
from consistent_character.engine import RenderRequest
from tests.choosing.pictures import WOMAN, Look, draw, training_set
from tests.cli.conftest import LOOK, Call
from tests.fakes import FakeEngine, FakeTrainer, FakeVocabulary

TOKEN = "adal0v"


def paint(request: RenderRequest) -> Image.Image:
    """From step 35 on an iteration draws the wall."""
    step = FakeVocabulary().read(request.embeddings[0].path).step or 0 if request.embeddings else 0
    look = Look(scene=0.0 if step >= 35 else 1.0, likeness=0.0 if step < 15 else 0.9)
    return draw(look, WOMAN, Random(request.seed).randrange(2**31))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine(trainer=FakeTrainer(), painter=paint)
    monkeypatch.setattr(places, "_load", lambda checkpoint, device: fake)
    return fake


@pytest.fixture
def ready(call: Call, tmp_path: Path) -> Path:
    """A character that can be trained."""
    folder = tmp_path / "ada"
    assert call("new", folder, "--token", TOKEN, "--look", LOOK).code == 0
    for number, (picture, caption) in enumerate(training_set(WOMAN, per_cell=1)):
        picture.save(folder / "images" / f"{number:02d}.png")
        (folder / "images" / f"{number:02d}.txt").write_text(caption.replace("t0ken", TOKEN), encoding="utf-8")
    return folder


def test_it_tells_while_it_trains_and_stops(call: Call, ready: Path) -> None:
    answer = call("train", ready, "--stop", "--steps", "100")
    assert answer.code == 0
    lines = [line for line in answer.err.splitlines() if line.startswith("step ")]
    assert [line.split(",")[0] for line in lines] == [
        *("step 10: undertrained", "step 20: good", "step 30: good", "step 40: overtrained", "step 50: overtrained")
    ]
    assert "Stopped at step 50: Overtrained from step 40 on. The one to use so far is step 20." in answer.out
    assert "5 iterations, the last after 50 steps" in answer.out


def test_it_only_tells(call: Call, ready: Path) -> None:
    document = call("train", ready, "--watch", "--steps", "60", "--json").document
    assert document["finished"]
    told = document["forest_watch"]
    assert (told["setting"], told["overtrained_since"], told["certain"]) == ("watch", 40, True)
    assert [row["step"] for row in told["seen"]] == [10, 20, 30, 40, 50, 60]


def test_a_run_of_a_character_is_watched_afterwards(call: Call, ready: Path) -> None:
    run = Path(call("train", ready, "--forest-watch", "off", "--steps", "60", "--json").document["run"])
    assert read_watched(run) is None
    for path in (ready, run):
        told = call("watch", path, "--json").document
        assert Path(told["run"]) == run
        assert told["forest_watch"]["overtrained_since"] == 40
    answer = call("watch", ready, "--run", run.name)
    assert answer.out.splitlines()[1].split()[:1] == ["10"]
    assert "Overtrained from step 40 on." in answer.out
    assert f"Kept in {run}." in answer.out


def test_a_folder_from_elsewhere(call: Call, ready: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for step in (10, 20, 40, 50):
        (out / f"lady-{step:06d}.pt").write_text(str(step))
    (out / "lady-000060.pt").write_bytes(b"cut off")
    refused = call("watch", out, "--patience", "0")
    assert refused.code == 2
    assert "name their folder as references" in refused.err
    answer = call("watch", out, "--references", ready, "--patience", "0")
    assert answer.code == 0
    assert "Overtrained from step 40 on." in answer.out
    assert "lady-000060.pt cannot be read" in answer.out
    assert f"Kept in {tmp_path / 'out-judged'}." in answer.out
    assert len(list(out.iterdir())) == 5
