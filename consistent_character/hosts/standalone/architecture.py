"""Reads a model's dimensions from the shapes of its weights, and what no shape tells from the .yaml beside it.

The .yaml is the one that AUTOMATIC1111's web UI reads: `<same stem>.yaml`. Without one, everything that no shape tells
is as in Stable Diffusion 1.5.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from consistent_character.errors import CheckpointError
from consistent_character.hosts.standalone import layout
from consistent_character.hosts.standalone.checkpoint import Weights

Prediction = Literal["epsilon", "v"]

_PREDICTIONS: dict[str, Prediction] = {"eps": "epsilon", "epsilon": "epsilon", "v": "v", "v_prediction": "v"}
_USUAL_HEADS = 8
_USUAL_SCALE = 0.18215
_USUAL_EDGE = 512
_CLIP_WORDS = 49408
_CLIP_HEAD = 64
"""Channels of one attention head in OpenAI's CLIP."""


@dataclass(frozen=True)
class Architecture:
    """What it takes to build the three networks.

    Attributes:
        unet: arguments of diffusers' `UNet2DConditionModel`.
        vae: arguments of diffusers' `AutoencoderKL`.
        text_encoder: arguments of transformers' `CLIPTextConfig`.
        unet_layout: how the UNet's blocks are numbered in the file.
        prediction: what the UNet predicts.
        size: the native picture edge, in pixels.
        tokenizer: folder of the model's own tokenizer, or None for CLIP's.
    """

    unet: dict[str, Any]
    vae: dict[str, Any]
    text_encoder: dict[str, Any]
    unet_layout: layout.UNetLayout
    prediction: Prediction
    size: int
    tokenizer: Path | None


def architecture_of(weights: Weights) -> Architecture:
    """The architecture of a Stable Diffusion 1.x checkpoint.

    Raises:
        CheckpointError: a weight is missing, or the .yaml cannot be used.
    """
    settings = _settings(weights.path.with_suffix(".yaml"))
    tokenizer = _tokenizer_folder(weights.path, settings)
    vae = _vae(weights)
    edge = _size(settings, len(vae["block_out_channels"]))
    vae |= {"sample_size": edge, "scaling_factor": float(settings.get("scale_factor", _USUAL_SCALE))}
    naming = _unet_layout(weights)
    heads = int(_inner(settings, "unet_config").get("num_heads", _USUAL_HEADS))
    unet = _unet(weights, naming, heads) | {"sample_size": edge // 2 ** (len(vae["block_out_channels"]) - 1)}
    text_encoder = _text_encoder(weights, tokenizer)
    return Architecture(unet, vae, text_encoder, naming, _prediction(weights, settings), edge, tokenizer)


def _unet_layout(weights: Weights) -> layout.UNetLayout:
    blocks = f"{layout.UNET}input_blocks."
    downs = sorted(
        int(name.removeprefix(blocks).split(".")[0])
        for name in weights.shapes
        if name.startswith(blocks) and name.endswith(".0.op.weight")
    )
    if not downs:
        raise CheckpointError(
            f"{weights.path.name} is no Stable Diffusion 1.x checkpoint: its UNet has one level only."
        )
    layers = downs[0] - 1
    levels = len(downs) + 1
    reading = (
        level for level in range(levels) if weights.has(f"{blocks}{1 + level * (layers + 1)}.1.transformer_blocks.")
    )
    return layout.UNetLayout(levels, layers, frozenset(reading))


def _unet(weights: Weights, naming: layout.UNetLayout, heads: int) -> dict[str, Any]:
    first = f"{layout.UNET}input_blocks."
    channels = tuple(
        weights.shape(f"{first}{1 + level * (naming.layers + 1)}.0.out_layers.3.weight")[0]
        for level in range(naming.levels)
    )
    reads = [level in naming.attention for level in range(naming.levels)]
    middle = f"{layout.UNET}middle_block.1.transformer_blocks.0.attn2.to_k.weight"
    return {
        "in_channels": weights.shape(f"{first}0.0.weight")[1],
        "out_channels": weights.shape(f"{layout.UNET}out.2.weight")[0],
        "layers_per_block": naming.layers,
        "block_out_channels": channels,
        "down_block_types": tuple("CrossAttnDownBlock2D" if read else "DownBlock2D" for read in reads),
        "up_block_types": tuple("CrossAttnUpBlock2D" if read else "UpBlock2D" for read in reversed(reads)),
        "cross_attention_dim": weights.shape(middle)[1],
        # diffusers calls the number of heads so, for the sake of its first users.
        "attention_head_dim": heads,
    }


def _vae(weights: Weights) -> dict[str, Any]:
    down = f"{layout.VAE}encoder.down."
    levels = _count(weights, down, ".block.0.conv1.weight")
    layers = _count(weights, f"{down}0.block.", ".conv1.weight")
    channels = tuple(weights.shape(f"{down}{level}.block.0.conv1.weight")[0] for level in range(levels))
    return {
        "block_out_channels": channels,
        "layers_per_block": layers,
        "down_block_types": ("DownEncoderBlock2D",) * levels,
        "up_block_types": ("UpDecoderBlock2D",) * levels,
        "latent_channels": weights.shape(f"{layout.VAE}post_quant_conv.weight")[1],
    }


def _text_encoder(weights: Weights, tokenizer: Path | None) -> dict[str, Any]:
    prefix = text_encoder_prefix(weights)
    vocabulary, width = weights.shape(f"{prefix}embeddings.token_embedding.weight")
    if tokenizer is None and vocabulary != _CLIP_WORDS:
        raise CheckpointError(
            f"{weights.path.name} has a vocabulary of its own, of {vocabulary} words. "
            f"Put what came with it beside it: {weights.path.stem}.yaml and the tokenizer's folder."
        )
    config = _clip_config(tokenizer)
    return {
        "vocab_size": vocabulary,
        "hidden_size": width,
        "intermediate_size": weights.shape(f"{prefix}encoder.layers.0.mlp.fc1.weight")[0],
        "num_hidden_layers": _count(weights, f"{prefix}encoder.layers.", ".mlp.fc1.weight"),
        "num_attention_heads": int(config.get("num_attention_heads", max(1, width // _CLIP_HEAD))),
        "max_position_embeddings": weights.shape(f"{prefix}embeddings.position_embedding.weight")[0],
        "hidden_act": str(config.get("hidden_act", "quick_gelu")),
        "bos_token_id": vocabulary - 2,
        "eos_token_id": vocabulary - 1,
        "pad_token_id": vocabulary - 1,
    }


def text_encoder_prefix(weights: Weights) -> str:
    """Where the text encoder's names begin; some merges lost the `text_model.` in them."""
    whole = f"{layout.TEXT_ENCODER}text_model."
    return whole if weights.has(whole) else layout.TEXT_ENCODER


def _count(weights: Weights, prefix: str, end: str) -> int:
    """How many of `<prefix>0<end>`, `<prefix>1<end>`, … there are."""
    count = 0
    while f"{prefix}{count}{end}" in weights.shapes:
        count += 1
    weights.shape(f"{prefix}0{end}")
    return count


def _prediction(weights: Weights, settings: dict[str, Any]) -> Prediction:
    told = settings.get("parameterization") or weights.metadata.get("modelspec.prediction_type") or "eps"
    if told not in _PREDICTIONS:
        raise CheckpointError(
            f"{weights.path.with_suffix('.yaml').name} says parameterization: {told}; eps or v is known."
        )
    return _PREDICTIONS[told]


def _size(settings: dict[str, Any], codec_levels: int) -> int:
    latents = settings.get("image_size")
    return int(latents) * 2 ** (codec_levels - 1) if latents else _USUAL_EDGE


def _settings(path: Path) -> dict[str, Any]:
    """`model.params` of the web UI's .yaml; empty if there is none."""
    if not path.is_file():
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        settings = content["model"]["params"]
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path.name} is no configuration of a checkpoint; mend it or move it away.") from error
    return dict(settings)


def _inner(settings: dict[str, Any], part: str) -> dict[str, Any]:
    found = settings.get(part, {}).get("params", {})
    return dict(found) if isinstance(found, dict) else {}


def _tokenizer_folder(checkpoint: Path, settings: dict[str, Any]) -> Path | None:
    """The folder that the .yaml names, relative to the checkpoint; `openai/clip-vit-large-patch14` is CLIP's own."""
    version = _inner(settings, "cond_stage_config").get("version")
    if not version or "openai/clip" in str(version):
        return None
    folder = (checkpoint.parent / str(version)).resolve()
    if not (folder / "vocab.json").is_file():
        raise CheckpointError(
            f"{checkpoint.stem}.yaml names the tokenizer folder {version}, but {folder} has no vocab.json. "
            "Copy the folder to the checkpoint's side, or correct the path."
        )
    return folder


def _clip_config(tokenizer: Path | None) -> dict[str, Any]:
    path = tokenizer / "config.json" if tokenizer else None
    if path is None or not path.is_file():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    return dict(content)
