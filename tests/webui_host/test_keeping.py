"""What is kept around a job, on a fake web UI."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

import pytest
import torch


@pytest.mark.parametrize("breaks", [False, True])
def test_all_is_as_before(modules: ModuleType, breaks: bool) -> None:
    from modules import fake_model, processing, sd_hijack, sd_models, shared

    from consistent_character.hosts.webui.keeping import kept

    cache = processing.StableDiffusionProcessing.cached_c
    cache[:] = ["a prompt", "what it came to"]
    info = shared.sd_model.sd_checkpoint_info
    settings, flags = {**shared.opts.data}, {**vars(shared.state)}
    try:
        with kept():
            assert processing.StableDiffusionProcessing.cached_c == [None, None]
            sd_models.reload_model_weights(info=fake_model.FakeInfo("second.safetensors", "2" * 64))
            shared.state.begin("a job")
            shared.state.interrupt()
            sd_hijack.current_optimizer = "another"
            sd_hijack.model_hijack.embedding_db.word_embeddings["left"] = shared
            processing.StableDiffusionProcessing.cached_c[:] = ["upside", "down"]
            shared.parallel_processing_allowed = False
            if breaks:
                raise KeyError
    except KeyError:
        assert breaks
    assert sd_models.model_data.sd_model.sd_checkpoint_info is info
    assert shared.opts.data == settings
    assert vars(shared.state) == flags
    assert sd_hijack.current_optimizer is None
    assert sd_hijack.model_hijack.embedding_db.word_embeddings == {}
    assert processing.StableDiffusionProcessing.cached_c is cache
    assert cache == ["a prompt", "what it came to"]
    assert shared.parallel_processing_allowed


def test_gradients_are_gone(modules: ModuleType) -> None:
    from modules import shared

    from consistent_character.hosts.webui.keeping import kept

    with kept():
        shared.sd_model.weight.grad = torch.ones(3)
    assert shared.sd_model.weight.grad is None


def test_a_web_ui_that_has_loaded_nothing_loads_nothing(modules: ModuleType) -> None:
    from modules import sd_models

    from consistent_character.hosts.webui.keeping import kept

    sd_models.model_data.sd_model = None
    with kept():
        assert sd_models.model_data.sd_model is None
    assert sd_models.model_data.sd_model is None


def test_what_the_user_changes_meanwhile_stays(modules: ModuleType) -> None:
    from modules import fake_model, sd_models, shared

    from consistent_character.hosts.webui.keeping import kept

    with kept():
        shared.opts.outdir_samples = "elsewhere"
        sd_models.reload_model_weights(info=fake_model.FakeInfo("second.safetensors", "2" * 64))
        shared.opts.sd_model_checkpoint = "third.safetensors"
    assert shared.opts.outdir_samples == "elsewhere"
    assert shared.opts.sd_model_checkpoint == "third.safetensors", "the user's choice waits to be loaded"
    assert sd_models.model_data.sd_model.sd_checkpoint_info.title == "first.safetensors"


def test_a_text_is_read_anew_once_the_embeddings_folder_has_changed(modules: ModuleType, tmp_path: Path) -> None:
    """The web UI remembers a prompt by its text, and the text may name the newcomer."""
    from modules import processing, sd_hijack

    from consistent_character.hosts.webui.keeping import kept

    sd_hijack.model_hijack.embedding_db.add_embedding_dir(str(tmp_path))
    sd_hijack.model_hijack.embedding_db.add_embedding_dir(str(tmp_path / "none"))
    processing.StableDiffusionProcessing.cached_c = ["a photo of l4dyx", "words"]
    with kept():
        pass
    assert processing.StableDiffusionProcessing.cached_c == ["a photo of l4dyx", "words"]
    with kept():
        (tmp_path / "l4dyx.pt").write_bytes(b"")
        os.utime(tmp_path, ns=(1, 1))
    assert processing.StableDiffusionProcessing.cached_c == [None, None]
