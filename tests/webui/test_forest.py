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
from consistent_character.choosing import ForestRequest, forest_test
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
REQUEST = ForestRequest("an extreme closeup front shot photo of {name} in a forest", seeds=(1, 2, 3), steps=8)
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
        make_embedding(f"{TOKEN}-{step}", words, found / "embeddings")
    return found


@pytest.mark.usefixtures("exact")
def test_both_hosts_draw_and_judge_the_same(
    running: RunningWebUI, standalone: StandaloneEngine, run: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(tmp_path / "her", tmp_path / "copy")
    before = running.inside("state.everything")
    told = running.inside("forest.forest", folder=str(tmp_path / "her"), run=run.name, request=asked())
    assert running.inside("state.everything") == before
    pictures = (len(LEARNED) + 1) * len(REQUEST.seeds)
    assert told["batches"] == [AT_ONCE] * (pictures // AT_ONCE) + [pictures % AT_ONCE]
    with CharacterFolder.open(copy) as folder:
        other = asdict(forest_test(folder, folder.path / "runs" / run.name, small(), standalone, Silent()))
    compare(told["result"], json.loads(json.dumps(other)))
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
    told = running.inside("forest.forest", folder=str(tmp_path / "her"), run=run.name, request=asked())
    with CharacterFolder.open(copy) as folder:
        other = asdict(forest_test(folder, folder.path / "runs" / run.name, small(), standalone, Silent()))
    compare(told["result"], json.loads(json.dumps(other)))


def test_a_broken_iteration_is_told_and_what_is_drawn_stays(running: RunningWebUI, run: Path, tmp_path: Path) -> None:
    broken = run / "embeddings" / f"{TOKEN}-100.pt"
    broken.write_bytes(b"cut off")
    before = running.inside("state.everything")
    told = running.inside("forest.forest", folder=str(tmp_path / "her"), run=run.name, request=asked())
    assert told["error"].startswith("RequestError: t0ken-100.pt")
    assert running.inside("state.everything") == before
    assert len([*(run / "forest-test").rglob("*.png")]) == AT_ONCE


def small() -> ForestRequest:
    return ForestRequest(REQUEST.prompt, seeds=REQUEST.seeds, steps=REQUEST.steps, width=96, height=96)


def asked() -> dict[str, Any]:
    return asdict(small())


def compare(one: dict[str, Any], other: dict[str, Any]) -> None:
    """The same but for what a level's difference in a picture makes."""
    for name in ("prompt", "checkpoint", "onset", "recommended", "cannot_tell"):
        assert one[name] == other[name], name
    for mine, theirs in zip(one["iterations"], other["iterations"], strict=True):
        assert (mine["step"], mine["verdict"]) == (theirs["step"], theirs["verdict"])
        assert mine["scene"] == pytest.approx(theirs["scene"], abs=0.02)
        assert mine["likeness"] == pytest.approx(theirs["likeness"], abs=0.02)
