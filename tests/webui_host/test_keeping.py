"""What is kept around a job, on a fake web UI."""

from __future__ import annotations

from types import ModuleType
from typing import Any

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

    from consistent_character.hosts.webui.keeping import kept, options_set

    with kept(), options_set(persistent_cond_cache=False, training_write_csv_every=1):
        assert not shared.opts.persistent_cond_cache
        shared.opts.outdir_samples = "elsewhere"
        shared.opts.training_write_csv_every = 9
        sd_models.reload_model_weights(info=fake_model.FakeInfo("second.safetensors", "2" * 64))
        shared.opts.sd_model_checkpoint = "third.safetensors"
    assert shared.opts.persistent_cond_cache
    assert (shared.opts.outdir_samples, shared.opts.training_write_csv_every) == ("elsewhere", 9)
    assert shared.opts.sd_model_checkpoint == "third.safetensors", "the user's choice waits to be loaded"
    assert sd_models.model_data.sd_model.sd_checkpoint_info.title == "first.safetensors"


def test_a_setting_that_was_not_there_is_gone_again(modules: ModuleType) -> None:
    from modules import shared

    from consistent_character.hosts.webui.keeping import options_set

    before: dict[str, Any] = {**shared.opts.data}
    with pytest.raises(ZeroDivisionError), options_set(pin_memory=True):
        assert shared.opts.pin_memory == 1 / 0
    assert shared.opts.data == before
