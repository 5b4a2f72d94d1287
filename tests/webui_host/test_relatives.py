"""reForge, where it differs from AUTOMATIC1111's web UI.

Source: reForge of 2026-03 (3b56b268), `modules/`.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from PIL import Image

from consistent_character.engine import LossRequest, RenderRequest, TrainingExample
from consistent_character.errors import RequestError
from consistent_character.hosts.probes import Probe


@pytest.fixture
def reforge(modules: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """No optimizations to undo, and a look for one of its own scripts at every batch."""
    from modules import processing, sd_hijack

    monkeypatch.delattr(sd_hijack, "undo_optimizations")
    monkeypatch.delattr(sd_hijack, "current_optimizer")
    monkeypatch.setattr(processing, "fake_during", [lambda p: list(p.scripts.alwayson_scripts)])
    return modules


def test_reforge_draws(reforge: ModuleType) -> None:
    from consistent_character.hosts.webui.engine import WebUIEngine

    (drawn,) = WebUIEngine().render([RenderRequest("a woman", seed=7)])
    assert drawn.image.getpixel((0, 0)) == (0, 7, 0)


def test_reforge_is_ready_to_train(reforge: ModuleType) -> None:
    import torch
    from modules import call_queue
    from modules.textual_inversion.textual_inversion import Embedding

    from consistent_character.hosts.webui.training.surroundings import ready_to_train, stands_for_its_name

    embedding = Embedding(torch.zeros(1, 128), "ada")
    embedding.vectors, embedding.shape = 1, 128
    with call_queue.queue_lock, ready_to_train(embedding):
        assert stands_for_its_name(embedding)


def test_reforge_gives_the_mean_of_an_image_itself(reforge: ModuleType, tmp_path: Path) -> None:
    """It is a tensor, and every tensor has a `mode` of another meaning."""
    import torch

    from consistent_character.hosts.webui.training.losses import _latents

    Image.new("RGB", (16, 16)).save(tmp_path / "0.png")
    request = LossRequest("lady", (TrainingExample(tmp_path / "0.png", "a photo"),), (), width=16, height=16)
    mean = torch.arange(16.0).reshape(1, 4, 2, 2)
    model = SimpleNamespace(encode_first_stage=lambda pixels: mean, get_first_stage_encoding=lambda latents: latents)
    found = _latents(model, request, [Probe(0, "lady, a photo", 500, 1)])
    assert torch.equal(found[0], mean)


def test_a_vae_that_cannot_be_taken_off_is_not_trained_through(modules: ModuleType) -> None:
    """It would stay, and the web UI would say that there is none."""
    from modules import sd_vae

    from consistent_character.hosts.webui.training.surroundings import checkpoints_own_vae

    sd_vae.loaded_vae_file, sd_vae.fake_base_kept = "/models/VAE/noisy.vae.pt", False
    with pytest.raises(RequestError, match=r"noisy\.vae\.pt"), checkpoints_own_vae():
        pass
    assert sd_vae.loaded_vae_file == "/models/VAE/noisy.vae.pt"


def test_tokens_are_counted_where_the_counter_wants_what_reads_them(modules: ModuleType) -> None:
    from modules import sd_hijack

    from consistent_character.hosts.webui.grid_script import ScriptTxt2Img

    reader = object()
    p = SimpleNamespace(sd_model=SimpleNamespace(cond_stage_model=reader))
    asked = []

    def lengths(text: str, cond_stage_model: object) -> tuple[int, int]:
        asked.append(cond_stage_model)
        return len(text.split()), 75

    sd_hijack.model_hijack.get_prompt_lengths = lengths
    assert ScriptTxt2Img(p).count_tokens("a closeup front shot") == 4
    assert asked == [reader]
