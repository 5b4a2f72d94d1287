"""Checkpoints, and the one that is loaded."""

from __future__ import annotations

from typing import Any

from modules import fake_model, shared

checkpoint_aliases: dict[str, Any] = {"first.safetensors": shared.sd_model.sd_checkpoint_info}


class SdModelData:
    """Holds the model in use."""

    def __init__(self) -> None:
        self.sd_model: Any = shared.sd_model


model_data = SdModelData()
checkpoints_list: dict[str, Any] = {**checkpoint_aliases}


def list_models() -> None:
    """Look for checkpoints again: there are no others."""


def select_checkpoint() -> Any:
    """The one that the settings name."""
    return checkpoint_aliases.get(shared.opts.sd_model_checkpoint) or next(iter(checkpoint_aliases.values()))


def reload_model_weights(sd_model: Any = None, info: Any = None, forced_reload: bool = False) -> Any:
    """Load, and write into the settings what is loaded."""
    info = info or select_checkpoint()
    if model_data.sd_model is None or model_data.sd_model.sd_checkpoint_info is not info:
        model = fake_model.FakeModel(info.filename)
        vars(model)["sd_checkpoint_info"] = info
        shared.sd_model = model_data.sd_model = model
        shared.opts.data.update(sd_model_checkpoint=info.title, sd_checkpoint_hash=info.sha256)
    return model_data.sd_model
