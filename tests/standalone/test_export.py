"""The exported checkpoint is what its readers expect."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionPipeline
from safetensors import safe_open
from transformers import CLIPTokenizer

from tests.standalone.models import random_text_encoder, random_unet, random_vae
from worlds.cartoon.export import export, original_weights


@pytest.fixture
def models(tokenizer_folder: Path) -> tuple[torch.nn.Module, torch.nn.Module, torch.nn.Module]:
    torch.manual_seed(0)
    encoder = random_text_encoder(CLIPTokenizer.from_pretrained(tokenizer_folder))
    return random_unet(), random_vae(), encoder


def test_diffusers_reads_the_same_weights_offline(checkpoint: Path, models: tuple[torch.nn.Module, ...]) -> None:
    pipeline = StableDiffusionPipeline.from_single_file(
        str(checkpoint), config=str(checkpoint.parent / "config"), local_files_only=True
    )
    unet, vae, encoder = models
    wanted = original_weights(unet, vae, encoder)
    again = original_weights(pipeline.unet, pipeline.vae, pipeline.text_encoder)
    assert wanted.keys() == again.keys()
    assert all(torch.equal(wanted[name], again[name]) for name in wanted)
    assert pipeline.scheduler.config.prediction_type == "v_prediction"
    assert pipeline.vae.config.scaling_factor == 0.9


def test_names_are_the_original_ones(checkpoint: Path) -> None:
    with safe_open(checkpoint, "pt") as file:
        names = set(file.keys())
        attention = file.get_slice("first_stage_model.encoder.mid.attn_1.q.weight").get_shape()
    assert attention == [128, 128, 1, 1]
    assert {
        "model.diffusion_model.input_blocks.0.0.weight",
        "model.diffusion_model.input_blocks.2.0.op.weight",
        "model.diffusion_model.input_blocks.3.1.transformer_blocks.0.attn2.to_k.weight",
        "model.diffusion_model.middle_block.1.proj_in.weight",
        "model.diffusion_model.output_blocks.1.2.conv.weight",
        "model.diffusion_model.out.2.weight",
        "first_stage_model.encoder.down.1.downsample.conv.weight",
        "first_stage_model.decoder.up.3.block.0.norm1.weight",
        "first_stage_model.decoder.up.1.upsample.conv.weight",
        "first_stage_model.quant_conv.weight",
        "cond_stage_model.transformer.text_model.final_layer_norm.weight",
    } <= names


def test_file_is_readable_by_everybody_and_the_same_each_time(
    tmp_path: Path, tokenizer_folder: Path, models: tuple[torch.nn.Module, ...]
) -> None:
    unet, vae, encoder = models
    first = export(unet, vae, encoder, tokenizer_folder, tmp_path / "a")  # type: ignore[arg-type]
    second = export(unet, vae, encoder, tokenizer_folder, tmp_path / "b")  # type: ignore[arg-type]
    assert first.read_bytes() == second.read_bytes()
    assert stat.S_IMODE(first.stat().st_mode) == 0o644
    assert not list(tmp_path.rglob("*.tmp"))
