"""The forest test in the real web UI: many iterations in one batch, and the same judgement as without a web UI."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestRequest, Subject, forest_test
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.progress import Silent
from tests.choosing.pictures import WOMAN, training_set
from tests.webui.conftest import MakeEmbedding
from tests.webui.pictures import apart, levels
from tests.webui.server import RunningWebUI, WebUI

pytestmark = pytest.mark.webui

TOKEN = "t0ken"
LEARNED = {10: "woman", 20: "woman with red hair", 30: "woman with red hair before a gray wall", 100: "gray wall"}
"""What each iteration's vectors are, by its step: it learns the person, then the wall, then forgets the person."""
REQUEST = ForestRequest(
    "an extreme closeup front shot photo of {name} in a forest",
    seeds=(1, 2, 3),
    search="all",
    more_seeds=0,
    steps=8,
    width=96,
    height=96,
)
"""All at once, so that full batches can be counted."""
AT_ONCE = 8


@pytest.fixture
def run(tmp_path: Path, make_embedding: MakeEmbedding) -> Path:
    """A run of a character folder, with the iterations of `LEARNED`."""
    with CharacterFolder.create(tmp_path / "her", Character(token=TOKEN, look=WOMAN.look)) as folder:
        for number, (image, caption) in enumerate(training_set(WOMAN, per_cell=1)):
            image.save(folder.images / f"{number:04}.png")
            (folder.images / f"{number:04}.txt").write_text(caption, encoding="utf-8")
        found = folder.new_run()
    (found / "embeddings").mkdir()
    for step, words in LEARNED.items():
        make_embedding(f"{TOKEN}-{step}", words, found / "embeddings", step)
    return found


@pytest.mark.usefixtures("exact")
def test_both_hosts_draw_and_judge_the_same(
    running: RunningWebUI, standalone: StandaloneEngine, run: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(tmp_path / "her", tmp_path / "copy")
    before = running.inside("state.everything")
    told = running.inside("forest.forest", folder=str(tmp_path / "her"), run=run.name, request=asdict(REQUEST))
    assert running.inside("state.everything") == before
    pictures = (len(LEARNED) + 1) * len(REQUEST.seeds)
    assert told["batches"] == [AT_ONCE] * (pictures // AT_ONCE) + [pictures % AT_ONCE]
    compare(told["result"], without_a_web_ui(standalone, copy, run.name))
    drawn = sorted((run / "forest-test").rglob("*.png"))
    assert len(drawn) == pictures
    assert (
        max(
            apart(*(levels(Image.open(path)) for path in (one, copy / one.relative_to(tmp_path / "her"))))
            for one in drawn
        )
        <= 1
    )


def test_pictures_of_rounded_timesteps_are_judged_the_same(
    webui: WebUI, running: RunningWebUI, standalone: StandaloneEngine, run: Path, tmp_path: Path
) -> None:
    if not webui.kind.rounds_timesteps:
        pytest.skip(f"{webui.kind.name} rounds no timesteps: its pictures are the same, which the test above shows")
    copy = shutil.copytree(tmp_path / "her", tmp_path / "copy")
    told = running.inside("forest.forest", folder=str(tmp_path / "her"), run=run.name, request=asdict(REQUEST))
    compare(told["result"], without_a_web_ui(standalone, copy, run.name))


def test_a_broken_iteration_is_told_and_the_others_are_judged(running: RunningWebUI, run: Path, tmp_path: Path) -> None:
    broken = run / "embeddings" / f"{TOKEN}-100.pt"
    broken.write_bytes(broken.read_bytes()[:-200])
    before = running.inside("state.everything")
    told = running.inside("forest.forest", folder=str(tmp_path / "her"), run=run.name, request=asdict(REQUEST))[
        "result"
    ]
    assert running.inside("state.everything") == before
    assert [one["step"] for one in told["iterations"]] == [10, 20, 30]
    assert [one["step"] for one in told["unseen"]] == [100]
    assert "t0ken-100.pt cannot be read: the file is damaged or cut off." in told["advice"]
    assert len([*(run / "forest-test").rglob("*.png")]) == len(LEARNED) * len(REQUEST.seeds), "the class word's as well"


def without_a_web_ui(engine: StandaloneEngine, folder: Path, run: str) -> dict[str, Any]:
    with CharacterFolder.open(folder) as opened:
        subject = Subject.of_run(opened, opened.path / "runs" / run, engine.vocabulary)
        found: dict[str, Any] = json.loads(json.dumps(asdict(forest_test(subject, REQUEST, engine, Silent()))))
    return found


def compare(one: dict[str, Any], other: dict[str, Any]) -> None:
    """The same but for what a level's difference in a picture makes."""
    for name in ("prompt", "checkpoint", "onset", "recommended", "cannot_tell"):
        assert one[name] == other[name], name
    for mine, theirs in zip(one["iterations"], other["iterations"], strict=True):
        assert (mine["step"], mine["verdict"]) == (theirs["step"], theirs["verdict"])
        assert mine["scene"] == pytest.approx(theirs["scene"], abs=0.02)
        assert mine["likeness"] == pytest.approx(theirs["likeness"], abs=0.02)
