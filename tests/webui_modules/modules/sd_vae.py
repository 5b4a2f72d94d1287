"""The VAE in the place of the checkpoint's own."""

from __future__ import annotations

from typing import Any

loaded_vae_file: str | None = None
unspecified = object()
fake_base_kept = True
"""Whether the checkpoint's own VAE can be put back."""


def get_base_vae(model: Any) -> Any:
    return {} if fake_base_kept else None


def reload_vae_weights(sd_model: Any = None, vae_file: Any = unspecified) -> Any:
    global loaded_vae_file
    loaded_vae_file = vae_file
    return sd_model
