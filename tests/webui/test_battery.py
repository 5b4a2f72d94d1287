"""The chosen iteration tried out in the real web UI: on two checkpoints, and the first one is in use again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from safetensors.torch import load_file, save_file

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing.battery import read_battery
from tests.choosing.pictures import WOMAN, training_set
from tests.webui.conftest import MakeEmbedding
from tests.webui.pictures import apart, levels
from tests.webui.rest import Routes
from tests.webui.server import CHECKPOINT, WORLD, RunningWebUI

pytestmark = pytest.mark.webui

DARKER = "darker-world"
"""The cartoon world, but for one number of its decoder: other pictures, another hash."""
ASKED = {"step": 1, "groups": ["places"], "class_word": "a woman", "steps": 4, "width": 96, "height": 96}
PICTURES = 2 * 5


@pytest.fixture(scope="module")
def darker(running: RunningWebUI) -> Iterator[str]:
    models = running.data / "models" / "Stable-diffusion"
    weights = load_file(WORLD / f"{CHECKPOINT}.safetensors")
    weights["first_stage_model.decoder.conv_out.bias"] -= 0.3
    save_file(weights, models / f"{DARKER}.safetensors")
    shutil.copyfile(models / f"{CHECKPOINT}.yaml", models / f"{DARKER}.yaml")
    running.request("/sdapi/v1/refresh-checkpoints", {})
    yield DARKER
    for file in models.glob(f"{DARKER}.*"):
        file.unlink()
    running.request("/sdapi/v1/refresh-checkpoints", {})


@pytest.fixture
def token(running: RunningWebUI, make_embedding: MakeEmbedding, request: pytest.FixtureRequest) -> Iterator[str]:
    """A character with a run of one iteration, by the web UI's own folder of characters."""
    name = f"tr1ed{abs(hash(request.node.name)) % 10_000}"
    path = running.data / "outputs" / "consistent-character" / name
    with CharacterFolder.create(path, Character(token=name, look=WOMAN.look)) as folder:
        for number, (image, caption) in enumerate(training_set(WOMAN, per_cell=1)):
            image.save(folder.images / f"{number:04}.png")
            (folder.images / f"{number:04}.txt").write_text(caption, encoding="utf-8")
        run = folder.new_run()
    (run / "embeddings").mkdir()
    make_embedding(f"{name}-1", "woman with red hair", run / "embeddings")
    yield name
    shutil.rmtree(path)


def run_of(running: RunningWebUI, token: str) -> Path:
    (run,) = (running.data / "outputs" / "consistent-character" / token / "runs").iterdir()
    return run


def in_use(running: RunningWebUI) -> Any:
    return running.inside("engine.checkpoint")["name"]


def test_two_checkpoints_and_the_first_is_in_use_again(
    running: RunningWebUI, routes: Routes, token: str, darker: str
) -> None:
    before = running.inside("state.everything")["settings"]
    found = routes.done(f"/characters/{token}/validate", {**ASKED, "checkpoints": [CHECKPOINT, darker]})
    tried = found["battery"]["tried"]
    assert [(one["checkpoint"], one["problem"], len(one["cells"])) for one in tried] == [
        (CHECKPOINT, "", 5),
        (darker, "", 5),
    ]
    base = run_of(running, token).parent.parent
    for here, there in zip(tried[0]["cells"], tried[1]["cells"], strict=True):
        for name in ("pictures", "baseline"):
            one, other = (levels(Image.open(base / cell[name][0])) for cell in (here, there))
            assert apart(one, other) > 10, "the second checkpoint's decoder has drawn it"
    assert in_use(running) == CHECKPOINT
    assert running.inside("state.everything")["settings"] == before
    assert (run_of(running, token) / "battery.html").read_text(encoding="utf-8").count("cc-picture") > 2 * PICTURES


def test_interrupted_on_the_second_the_first_is_in_use_again_and_it_goes_on(
    running: RunningWebUI, routes: Routes, token: str, darker: str
) -> None:
    asked = {**ASKED, "steps": 30, "checkpoints": [CHECKPOINT, darker]}
    job = routes.post(f"/characters/{token}/validate", asked)["id"]
    routes.wait(job, lambda told: read_battery(run_of(running, token)) is not None)  # the first checkpoint is done
    running.request("/sdapi/v1/interrupt", {})
    told = routes.ended(job)
    assert told["state"] == "interrupted", told
    assert in_use(running) == CHECKPOINT
    kept = read_battery(run_of(running, token))
    assert kept is not None
    assert [one.checkpoint for one in kept.tried] == [CHECKPOINT]
    drawn = {path: path.stat().st_mtime_ns for path in run_of(running, token).rglob("forest-test/**/*.png")}
    assert PICTURES <= len(drawn) < 2 * PICTURES
    found = routes.done(f"/characters/{token}/validate", asked)
    assert [len(one["cells"]) for one in found["battery"]["tried"]] == [5, 5]
    assert {path: path.stat().st_mtime_ns for path in drawn} == drawn, "nothing is drawn twice"
    assert in_use(running) == CHECKPOINT


def test_a_checkpoint_that_there_is_not_is_a_row(running: RunningWebUI, routes: Routes, token: str) -> None:
    found = routes.done(f"/characters/{token}/validate", {**ASKED, "checkpoints": ["nowhere", CHECKPOINT]})
    tried = found["battery"]["tried"]
    assert tried[0]["problem"].startswith("The web UI has no checkpoint nowhere")
    assert len(tried[1]["cells"]) == 5
