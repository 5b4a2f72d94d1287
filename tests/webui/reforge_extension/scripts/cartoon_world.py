"""In the tests' reForge only: its loader knows the published models' shapes alone, and is taught the cartoon world's.

It guesses a model by its weights' shapes where AUTOMATIC1111 reads the configuration beside the checkpoint.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import yaml
from ldm_patched.modules import latent_formats, sd, sd1_clip, supported_models
from ldm_patched.modules.supported_models_base import ClipTarget

_WORLD = Path(__file__).resolve().parents[4] / "worlds" / "cartoon" / "checkpoint"
_MODEL = yaml.safe_load((_WORLD / "cartoon-world.yaml").read_text(encoding="utf-8"))["model"]["params"]
_UNET = _MODEL["unet_config"]["params"]
_VAE = _MODEL["first_stage_config"]["params"]

_read = sd.VAE.__init__


class CartoonWorld(supported_models.SD15):
    """Found by the width of its UNet and of the words that it reads."""

    unet_config = {  # noqa: RUF012 - reForge's own are such
        **supported_models.SD15.unet_config,
        "context_dim": _UNET["context_dim"],
        "model_channels": _UNET["model_channels"],
    }
    unet_extra_config = {"num_heads": _UNET["num_heads"], "num_head_channels": -1}  # noqa: RUF012
    latent_format = partial(latent_formats.SD15, scale_factor=_MODEL["scale_factor"])

    def clip_target(self, state_dict: Any = None) -> ClipTarget:
        """Its tokenizer and its text encoder."""
        config = str(_WORLD / "config" / "text_encoder" / "config.json")
        words = partial(sd1_clip.SDTokenizer, tokenizer_path=str(_WORLD / "tokenizer"))
        encoder = partial(sd1_clip.SDClipModel, return_projected_pooled=False, textmodel_json_config=config)
        return ClipTarget(
            partial(sd1_clip.SD1Tokenizer, tokenizer=words), partial(sd1_clip.SD1ClipModel, clip_model=encoder)
        )


def _read_small(vae: Any, sd: Any = None, config: Any = None, **named: Any) -> None:
    last = (sd or {}).get("decoder.conv_out.weight")
    if last is not None and last.shape[1] == _VAE["ddconfig"]["ch"]:
        config = {"params": {"ddconfig": _VAE["ddconfig"], "embed_dim": _VAE["embed_dim"]}}
    _read(vae, sd=sd, config=config, **named)


supported_models.models.insert(0, CartoonWorld)
sd.VAE.__init__ = _read_small
