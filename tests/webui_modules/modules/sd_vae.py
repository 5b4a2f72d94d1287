"""The VAE in the place of the checkpoint's own."""

from __future__ import annotations

from typing import Any

loaded_vae_file: str | None = None
unspecified = object()


def reload_vae_weights(sd_model: Any = None, vae_file: Any = unspecified) -> Any:
    global loaded_vae_file
    loaded_vae_file = vae_file
    return sd_model
