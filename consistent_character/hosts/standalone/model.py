"""Builds the three networks of a Stable Diffusion 1.x checkpoint from its one file, without a hub."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from consistent_character.engine import CheckpointInfo
from consistent_character.errors import CheckpointError
from consistent_character.hosts.standalone import architecture, layout, vocabulary
from consistent_character.hosts.standalone.checkpoint import (
    Weights,
    file_sha256,
    open_weights,
    require_stable_diffusion_1,
)
from consistent_character.hosts.standalone.devices import Device


@dataclass(frozen=True)
class Model:
    """The networks, all frozen, on one device; `size` is the native picture edge in pixels."""

    path: Path
    unet: UNet2DConditionModel
    vae: AutoencoderKL
    text_encoder: CLIPTextModel
    tokenizer: CLIPTokenizer
    prediction: architecture.Prediction
    size: int
    device: Device

    @cached_property
    def info(self) -> CheckpointInfo:
        """The checkpoint as others see it; hashing the file takes seconds if it is large."""
        return CheckpointInfo(self.path.stem, file_sha256(self.path), self.size, self.path)

    @property
    def width(self) -> int:
        """Numbers in one token's vector."""
        return int(self.text_encoder.config.hidden_size)

    def token_embedding(self) -> nn.Module:
        """The table that turns token ids into vectors; transformers has moved it about."""
        for name, module in self.text_encoder.named_modules():
            if name.endswith("embeddings.token_embedding"):
                return module
        raise CheckpointError("This version of transformers hides CLIP's token embedding; install transformers 4.")


def load_model(path: Path, device: Device) -> Model:
    """Read a checkpoint.

    Raises:
        CheckpointError: it is missing, broken, or no Stable Diffusion 1.x; the message says which and what to do.
    """
    weights = open_weights(path)
    require_stable_diffusion_1(weights)
    plan = architecture.architecture_of(weights)
    levels = len(plan.vae["block_out_channels"])
    prefix = architecture.text_encoder_prefix(weights)
    with torch.device("meta"):
        unet, vae = UNet2DConditionModel(**plan.unet), AutoencoderKL(**plan.vae)
    attention = "eager" if device.where.type == "cpu" else "sdpa"
    text_encoder = CLIPTextModel(CLIPTextConfig(**plan.text_encoder, attn_implementation=attention))
    _fill(unet, weights, plan.unet_layout.name, device.dtype)
    _fill(vae, weights, lambda name: layout.vae_name(name, levels), torch.float32)
    _fill(text_encoder, weights, lambda name: prefix + name.removeprefix("text_model."), torch.float32)
    tokenizer = vocabulary.load_tokenizer(plan.tokenizer)
    for network in (unet, vae, text_encoder):
        network.requires_grad_(False).eval().to(device.where)
    if device.where.type == "cpu":
        # Fused attention is slower there at small sizes, twice so in its backward pass.
        unet.set_attn_processor(AttnProcessor())
    return Model(path, unet, vae, text_encoder, tokenizer, plan.prediction, plan.size, device)


def _fill(network: nn.Module, weights: Weights, original: Callable[[str], str], dtype: torch.dtype) -> None:
    """Give a network the weights that stand in the checkpoint under their original names."""
    state = {
        name: _read(weights, original(name), tuple(wanted.shape)).to(dtype)
        for name, wanted in network.state_dict().items()
    }
    network.load_state_dict(state, strict=True, assign=True)


def _read(weights: Weights, name: str, shape: tuple[int, ...]) -> Tensor:
    """One weight in the shape that the network has: a codec's attention may be stored as 1 x 1 convolutions."""
    stored = weights.shape(name)
    if stored not in (shape, (*shape, 1, 1)):
        raise CheckpointError(
            f"{weights.path.name} is no Stable Diffusion 1.x checkpoint: {name} is {stored}, {shape} was expected."
        )
    return weights.read(name).reshape(shape)
