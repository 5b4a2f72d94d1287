"""Token vectors, losses and promoting in a real web UI: the figures of the standalone engine, and nothing changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from consistent_character.engine import LossRequest, TrainingExample
from consistent_character.hosts.standalone.engine import StandaloneEngine
from tests.webui.conftest import MakeEmbedding
from tests.webui.server import RunningWebUI
from tests.webui.whole_job import used

pytestmark = pytest.mark.webui


def test_the_vocabulary_is_that_of_the_checkpoint(
    running: RunningWebUI, standalone: StandaloneEngine, make_embedding: MakeEmbedding
) -> None:
    file = make_embedding("adal0v", "a woman")
    told = running.inside("vectors.vocabulary", text="a (woman:1.3)", path=str(file.path))
    ours = standalone.vocabulary
    assert np.allclose(told["norms"], ours.norms(), rtol=2e-3)
    assert np.allclose(told["words"], ours.words("a woman"), atol=1e-3)
    assert np.allclose(told["vectors"], ours.read(file.path).vectors)
    assert told["about"] == ["adal0v", 1]
    assert standalone.checkpoint.name in told["checkpoints"]


@pytest.mark.usefixtures("trainer")
def test_losses_are_those_of_the_standalone_engine_and_nothing_is_changed(
    running: RunningWebUI, webui: object, standalone: StandaloneEngine, make_embedding: MakeEmbedding, tmp_path: Path
) -> None:
    examples = []
    for number in range(3):
        pixels = np.full((96, 96, 3), 128, np.uint8)
        pixels[20:76, 30:66] = np.random.default_rng(number).integers(0, 255, 3)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
        examples.append([str(tmp_path / f"{number}.png"), f"a closeup (photo:1.2) of a woman, {number}"])
    paths = [make_embedding("one", "woman").path, make_embedding("two", "forest night").path]
    asked = {
        "name": "adal0v",
        "examples": examples,
        "paths": list(map(str, paths)),
        "template": ["[name], [filewords]"],
    }
    before = running.inside("training.state")
    told = running.inside("vectors.losses", **asked)
    assert running.inside("vectors.losses", **asked) == told
    assert {**running.inside("training.state"), "random": before["random"]} == before
    made = tuple(TrainingExample(Path(image), caption) for image, caption in examples)
    request = LossRequest("adal0v", made, tuple(paths), width=96, height=96, probes=6)
    ours = [found.tolist() for found in standalone.trainer.losses(request)]
    assert np.allclose(told, ours, rtol=0.02)
    assert np.abs(np.array(ours[0]) - ours[1]).max() > 0.0
    refused = running.inside("vectors.losses", **{**asked, "template": ["x[name]x, [filewords]"]})
    assert refused.startswith("RequestError: The training prompt")
    assert {**running.inside("training.state"), "random": before["random"]} == before


@pytest.mark.parametrize("ending", [".pt", ".safetensors"])
def test_what_is_promoted_is_in_prompts_at_once_and_the_previous_one_kept(
    running: RunningWebUI, tmp_path: Path, ending: str
) -> None:
    asked = {"name": "adal0v", "own": True, "aside": str(tmp_path / "aside"), "ending": ending}
    first = running.inside("vectors.put", value=0.1, **asked)
    try:
        assert (first["loaded"], first["aside"]) == (True, [])
        assert first["value"] == pytest.approx(0.1)
        assert first["about"] == ([30, "abc", "world"] if ending == ".pt" else [None, None, None])
        assert used(running, "adal0v") == {"adal0v"}
        second = running.inside("vectors.put", value=0.2, **asked)
        assert second["value"] == pytest.approx(0.2)
        assert [Path(path).is_file() for path in second["aside"]] == [True]
    finally:
        Path(first["path"]).unlink()
        running.inside("training.forget", names=[])
