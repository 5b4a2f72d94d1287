"""In the tests' Forge only: its loader knows the published models' shapes alone, and is taught the cartoon world's.

It guesses a model by its weights' shapes, and reads the rest of its configuration from a folder of diffusers' kind.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from backend import loader
from backend.diffusion_engine.sd15 import StableDiffusion
from huggingface_guess import model_list

_WORLD = Path(__file__).resolve().parents[4] / "worlds" / "cartoon" / "checkpoint"
_MODEL = yaml.safe_load((_WORLD / "cartoon-world.yaml").read_text(encoding="utf-8"))["model"]["params"]
_UNET = _MODEL["unet_config"]["params"]


class CartoonWorld(model_list.SD15):
    """Found by the width of its UNet and of the words that it reads."""

    huggingface_repo = str(_WORLD / "config")
    unet_config = {  # noqa: RUF012 - Forge's own are such
        **model_list.SD15.unet_config,
        "context_dim": _UNET["context_dim"],
        "model_channels": _UNET["model_channels"],
    }
    unet_extra_config = {"num_heads": _UNET["num_heads"], "num_head_channels": -1}  # noqa: RUF012


class CartoonEngine(StableDiffusion):
    """As Stable Diffusion 1.x, with narrower embeddings."""

    matched_guesses = [CartoonWorld]  # noqa: RUF012 - Forge's own are such

    def __init__(self, *components: Any, **named: Any) -> None:
        super().__init__(*components, **named)
        embeddings = self.text_processing_engine.embeddings
        embeddings.expected_shape = _UNET["context_dim"]
        embeddings.load_textual_inversion_embeddings()


model_list.models.insert(0, CartoonWorld)
loader.possible_models.insert(0, CartoonEngine)
