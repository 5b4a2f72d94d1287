"""The same requests give the same pictures in the web UI and without one."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from consistent_character.engine import RenderRequest, Sampler
from consistent_character.hosts.standalone.engine import StandaloneEngine
from tests.webui.conftest import MakeEmbedding
from tests.webui.pictures import apart, as_json, asking, draw, levels
from tests.webui.server import CHECKPOINT, RunningWebUI

pytestmark = pytest.mark.webui

ROUNDING = 1
"""Levels: the same numbers, added up in another order, and cut off to whole levels."""
TEXTS = (
    "a woman",
    "(a closeup:1.3) front shot photo of fr3nch, [forest], a \\(plain\\) wall BREAK night",
    "",
    "ein Mädchen, naïve café – 12",
    ", ".join(["a woman with red hair in a green dress"] * 12),
)


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize("sampler", get_args(Sampler))
def test_both_engines_draw_the_same(
    running: RunningWebUI,
    standalone: StandaloneEngine,
    make_embedding: MakeEmbedding,
    tmp_path: Path,
    sampler: Sampler,
) -> None:
    embedding = make_embedding("fr3nch", "woman with red hair")
    settings = {"sampler": sampler, "negative_prompt": "blurry, (dark:1.2)", "steps": 12}
    requests = [
        asking("a (closeup:1.3) photo of a woman, forest", 3, **settings),
        asking("a closeup photo of fr3nch, (gray background)", 4, embeddings=(embedding,), **settings),
        asking(TEXTS[-1], 2**31, **settings),
        RenderRequest("a man on a beach", 5, width=64, height=96, sampler=sampler, steps=5, cfg_scale=3),
    ]
    theirs = [levels(rendered.image) for rendered in standalone.render(requests)]
    ours = draw(running, requests, tmp_path / "pictures")
    assert [picture.shape for picture in ours] == [picture.shape for picture in theirs]
    assert max(apart(one, other) for one, other in zip(ours, theirs, strict=True)) <= ROUNDING


def test_both_engines_count_the_same(running: RunningWebUI, standalone: StandaloneEngine) -> None:
    for text in TEXTS:
        assert running.inside("engine.tokens", text=text) == [
            standalone.count_tokens(text),
            list(standalone.known_tokens(text)),
        ], text


def test_both_engines_know_the_checkpoint(running: RunningWebUI, standalone: StandaloneEngine) -> None:
    found = running.inside("engine.checkpoint")
    assert found["name"] == CHECKPOINT
    assert (found["sha256"], found["size"]) == (standalone.checkpoint.sha256, str(standalone.checkpoint.size))
    assert Path(found["path"]).is_relative_to(running.data)


def test_the_infotext_is_the_web_ui_s(running: RunningWebUI, tmp_path: Path) -> None:
    request = asking("a woman", 7, sampler="DPM++ 2M Karras", negative_prompt="blurry")
    (told,) = running.inside("engine.render", requests=[as_json(request)], folder=str(tmp_path))
    first, second, rest = told["infotext"].splitlines()
    assert (first, second) == ("a woman", "Negative prompt: blurry")
    assert rest.startswith("Steps: 6, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.0, Seed: 7, Size: 96x96")
    assert ", Version: " in rest
