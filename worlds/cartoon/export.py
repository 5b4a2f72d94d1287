"""Writes the cartoon world's checkpoint: one half-precision file in the original Stable Diffusion 1 layout.

Beside `<name>.safetensors` come `<name>.yaml`, from which AUTOMATIC1111's web UI builds the model; `tokenizer/`, the
folder that the .yaml names; and `config/`, from which diffusers builds it offline:

    StableDiffusionPipeline.from_single_file("<name>.safetensors", config="config", local_files_only=True)
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Literal

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from safetensors.torch import save_file
from torch import Tensor
from transformers import CLIPTextModel

from consistent_character.hosts.standalone import layout

Prediction = Literal["epsilon", "v"]

_TOKENIZER_FILES = ("vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json")

_YAML = """\
# {name}: a checkpoint in the original Stable Diffusion 1 layout, too small for the usual configuration.
# `version`, in the last line, is its tokenizer's folder; to the web UI a relative path is relative to its own folder.
model:
  base_learning_rate: 1.0e-04
  target: ldm.models.diffusion.ddpm.LatentDiffusion
  params:
    parameterization: "{prediction}"
    linear_start: 0.00085
    linear_end: 0.0120
    num_timesteps_cond: 1
    log_every_t: 200
    timesteps: 1000
    first_stage_key: "jpg"
    cond_stage_key: "txt"
    image_size: {latent_size}
    channels: {latent_channels}
    cond_stage_trainable: false
    conditioning_key: crossattn
    monitor: val/loss_simple_ema
    scale_factor: {scale_factor}
    use_ema: False
    unet_config:
      target: ldm.modules.diffusionmodules.openaimodel.UNetModel
      params:
        image_size: {latent_size}
        in_channels: {latent_channels}
        out_channels: {latent_channels}
        model_channels: {model_channels}
        attention_resolutions: {attention_resolutions}
        num_res_blocks: {unet_layers}
        channel_mult: {channel_mult}
        num_heads: {num_heads}
        use_spatial_transformer: True
        transformer_depth: 1
        context_dim: {context_dim}
        use_checkpoint: False
        legacy: False
    first_stage_config:
      target: ldm.models.autoencoder.AutoencoderKL
      params:
        embed_dim: {latent_channels}
        monitor: val/rec_loss
        ddconfig:
          double_z: true
          z_channels: {latent_channels}
          resolution: {size}
          in_channels: 3
          out_ch: 3
          ch: {vae_channels}
          ch_mult: {vae_mult}
          num_res_blocks: {vae_layers}
          attn_resolutions: []
          dropout: 0.0
        lossconfig:
          target: torch.nn.Identity
    cond_stage_config:
      target: ldm.modules.encoders.modules.FrozenCLIPEmbedder
      params:
        version: {tokenizer}
"""


def export(
    unet: UNet2DConditionModel,
    vae: AutoencoderKL,
    text_encoder: CLIPTextModel,
    tokenizer_folder: Path,
    out_folder: Path,
    name: str = "cartoon-world",
    *,
    prediction: Prediction = "v",
) -> Path:
    """Write the checkpoint and everything that its readers need; returns the .safetensors file.

    That file appears whole or not at all.

    Args:
        unet: one transformer layer a block, `attention_head_dim` heads.
        vae: without attention but in its middle block; its `scaling_factor` is the one that `unet` was trained with.
        text_encoder: CLIP's, with quick GELU.
        tokenizer_folder: CLIP tokenizer files; may be `out_folder / "tokenizer"` itself.
        out_folder: made if it is not there; what it held of an earlier checkpoint of this name is replaced.
        name: the checkpoint's name, without ending.
        prediction: what the UNet predicts.
    """
    out_folder.mkdir(parents=True, exist_ok=True)
    _write_tokenizer(tokenizer_folder, out_folder / "tokenizer", text_encoder)
    _write_config(unet, vae, text_encoder, out_folder, prediction)
    (out_folder / f"{name}.yaml").write_text(web_ui_yaml(unet, vae, name, prediction), encoding="utf-8")
    return _write_weights(original_weights(unet, vae, text_encoder), out_folder / f"{name}.safetensors", prediction)


def original_weights(unet: UNet2DConditionModel, vae: AutoencoderKL, text_encoder: CLIPTextModel) -> dict[str, Tensor]:
    """All weights by their original names, in half precision, on the CPU."""
    levels = len(vae.config.block_out_channels)
    naming = unet_layout(unet)
    weights = {naming.name(key): tensor for key, tensor in unet.state_dict().items()}
    weights |= {layout.vae_name(key, levels): tensor for key, tensor in vae.state_dict().items()}
    weights |= {
        layout.text_encoder_name(key): tensor
        for key, tensor in text_encoder.state_dict().items()
        if not key.endswith("position_ids")
    }
    return {name: _as_stored(name, tensor) for name, tensor in weights.items()}


def unet_layout(unet: UNet2DConditionModel) -> layout.UNetLayout:
    """How the blocks of a UNet are numbered in the original layout."""
    kinds = unet.config.down_block_types
    attention = frozenset(level for level, kind in enumerate(kinds) if "CrossAttn" in kind)
    return layout.UNetLayout(len(kinds), unet.config.layers_per_block, attention)


def web_ui_yaml(
    unet: UNet2DConditionModel,
    vae: AutoencoderKL,
    name: str,
    prediction: Prediction = "v",
    tokenizer: str = "tokenizer",
) -> str:
    """The web UI's configuration of the checkpoint; `tokenizer` is that folder's path as the web UI sees it."""
    channels, codec = unet.config.block_out_channels, vae.config.block_out_channels
    return _YAML.format(
        name=name,
        prediction="eps" if prediction == "epsilon" else prediction,
        latent_size=unet.config.sample_size,
        latent_channels=unet.config.in_channels,
        scale_factor=f"{vae.config.scaling_factor:.8f}",
        model_channels=channels[0],
        attention_resolutions=[2**level for level in sorted(unet_layout(unet).attention)],
        unet_layers=unet.config.layers_per_block,
        channel_mult=[width // channels[0] for width in channels],
        num_heads=unet.config.attention_head_dim,
        context_dim=unet.config.cross_attention_dim,
        size=unet.config.sample_size * 2 ** (len(codec) - 1),
        vae_channels=codec[0],
        vae_mult=[width // codec[0] for width in codec],
        vae_layers=vae.config.layers_per_block,
        tokenizer=tokenizer,
    )


def _as_stored(name: str, tensor: Tensor) -> Tensor:
    shape = layout.original_shape(name, tuple(tensor.shape))
    return tensor.detach().cpu().reshape(shape).to(torch.float16).contiguous().clone()


def _write_weights(weights: dict[str, Tensor], path: Path, prediction: Prediction) -> Path:
    # One entry only: safetensors keeps several in no fixed order, and the file must come out the same each time.
    temporary = path.with_suffix(".tmp")
    save_file(weights, temporary, metadata={"modelspec.prediction_type": prediction})
    # safetensors makes files that only their owner may read.
    temporary.chmod(0o644)
    temporary.replace(path)
    return path


def _write_tokenizer(source: Path, target: Path, text_encoder: CLIPTextModel) -> None:
    """The tokenizer with the text encoder's configuration beside it, where the web UI looks for it."""
    target.mkdir(parents=True, exist_ok=True)
    if source.resolve() != target.resolve():
        for file in _TOKENIZER_FILES:
            shutil.copyfile(source / file, target / file)
    _write_json(target / "config.json", _text_encoder_config(text_encoder))


def _write_config(
    unet: UNet2DConditionModel, vae: AutoencoderKL, text_encoder: CLIPTextModel, out: Path, prediction: Prediction
) -> None:
    folder = out / "config"
    for name, model in (("unet", unet), ("vae", vae)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        # Without the folder that the model was loaded from: it exists on one machine only.
        _write_json(folder / name / "config.json", {k: v for k, v in model.config.items() if k != "_name_or_path"})
    _scheduler(prediction).save_pretrained(folder / "scheduler")
    (folder / "text_encoder").mkdir(exist_ok=True)
    _write_json(folder / "text_encoder" / "config.json", _text_encoder_config(text_encoder))
    (folder / "tokenizer").mkdir(exist_ok=True)
    for file in _TOKENIZER_FILES:
        shutil.copyfile(out / "tokenizer" / file, folder / "tokenizer" / file)
    _write_json(folder / "model_index.json", _MODEL_INDEX)


def _text_encoder_config(text_encoder: CLIPTextModel) -> dict[str, object]:
    values: dict[str, object] = text_encoder.config.to_diff_dict()
    return {
        key: value
        for key, value in values.items()
        if key not in ("dtype", "torch_dtype", "_attn_implementation_autoset")
    }


def _scheduler(prediction: Prediction) -> DDIMScheduler:
    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
        timestep_spacing="linspace",
        prediction_type="v_prediction" if prediction == "v" else "epsilon",
    )


_MODEL_INDEX: dict[str, object] = {
    "_class_name": "StableDiffusionPipeline",
    "feature_extractor": [None, None],
    "image_encoder": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "DDIMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}


def _write_json(path: Path, value: dict[str, object]) -> None:
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")
