"""Makes the fake `modules` into those of Forge: a model that is loaded late, by one thread, with a table of its own."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

_NOT_THERE = {
    "textual_inversion.textual_inversion": ("train_embedding", "save_embedding", "write_loss", "LearnRateScheduler"),
    "sd_hijack": ("undo_optimizations", "current_optimizer"),
    "sd_models": ("reload_model_weights",),
}


def into_forge(modules: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until something is drawn there is no model, but something in its place; `forge_model_reload` loads it.

    Source: Forge of 2025-06 (dfdcbab6), `modules/sd_models.py` and `modules/processing.py`.
    """
    from modules import processing, sd_hijack, sd_models, shared

    for module, names in _NOT_THERE.items():
        for name in names:
            monkeypatch.delattr(f"modules.{module}.{name}")
    for name in ("embedding_db", "extra_generation_params"):
        monkeypatch.delattr(sd_hijack.model_hijack, name)
    data = sd_models.model_data
    data.sd_model = shared.sd_model = SimpleNamespace(cond_stage_model=None, chunk_length=75)
    data.fake_loadings = []
    data.fake_more = ""  # other settings above the page: a VAE, a text encoder

    def forge_model_reload(override: str | None = None) -> Any:
        wanted = (sd_models.checkpoint_aliases.get(override) or sd_models.select_checkpoint(), data.fake_more)
        if data.fake_loadings[-1:] != [wanted]:
            data.fake_loadings.append(wanted)
            data.sd_model = shared.sd_model = _model(wanted[0])
        return data.sd_model

    def table() -> Any:
        return data.sd_model.text_processing_engine.embeddings

    monkeypatch.setattr(sd_models, "forge_model_reload", forge_model_reload, raising=False)
    monkeypatch.setattr(processing, "need_global_unload", False, raising=False)
    monkeypatch.setattr(processing, "fake_table", table)
    monkeypatch.setattr(processing, "fake_notebook", lambda: data.sd_model)
    processing.fake_during.append(lambda p: forge_model_reload(p.override_settings.get("sd_model_checkpoint")))


def _model(info: Any) -> Any:
    from backend.text_processing.classic_engine import ClassicTextProcessingEngine
    from modules import shared

    return SimpleNamespace(
        sd_checkpoint_info=info,
        cond_stage_model=None,
        is_sd1=True,
        text_processing_engine=ClassicTextProcessingEngine(
            embedding_dir=shared.cmd_opts.embeddings_dir, embedding_expected_shape=128
        ),
    )
