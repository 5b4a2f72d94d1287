"""Runs whose iterations are tested: one that is really trained in the cartoon world, or vectors drawn by lot."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from benchmarks.verdict import corpus
from benchmarks.verdict.recipes import cases
from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestRequest
from consistent_character.engine import EmbeddingContent
from consistent_character.hosts.standalone import devices
from consistent_character.hosts.standalone.engine import StandaloneEngine, cartoon_world_checkpoint
from consistent_character.hosts.standalone.model import Model, load_model
from worlds.cartoon.scene import HELD_OUT

TOKEN = corpus.TOKEN


def cartoon_run(out: Path, number: int, save_every: int) -> tuple[Path, Path]:
    """The character's folder and its run, one of `benchmarks.verdict`'s, trained once and kept in `out`."""
    engine = StandaloneEngine.load(None, "cpu")
    case = list(cases())[number]
    with corpus.opened(engine, case, out / f"saved-every-{save_every}") as folder:
        return folder.path, corpus.trained(engine, case, folder, save_every)


def cartoon_request(number: int, seeds: tuple[int, ...], steps: int) -> ForestRequest:
    """The forest test of that run."""
    asked = corpus.request(list(cases())[number], seeds)
    return ForestRequest(asked.prompt, asked.class_word, seeds, steps=steps, width=asked.width, height=asked.height)


def forget_pictures(run: Path) -> None:
    """So that the next test draws all of them."""
    shutil.rmtree(run / "forest-test", ignore_errors=True)


def large_engine(device: str, *, tiny: bool = False) -> StandaloneEngine:
    """A model of Stable Diffusion 1.5's size with weights drawn by lot; `tiny` is a small one, to try all this out."""
    torch.manual_seed(0)
    where = devices.pick(device)
    small = load_model(cartoon_world_checkpoint(), devices.pick("cpu"))
    if tiny:
        return StandaloneEngine(
            Model(small.path, small.unet, small.vae, small.text_encoder, small.tokenizer, "epsilon", 64, where)
        )
    unet = UNet2DConditionModel(sample_size=64, cross_attention_dim=768, attention_head_dim=8)
    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(128, 256, 512, 512),
        layers_per_block=2,
        latent_channels=4,
        sample_size=512,
    )
    text = CLIPTextConfig(
        vocab_size=49408, hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12
    )
    encoder = CLIPTextModel(text)
    for network in (unet, vae, encoder):
        network.requires_grad_(False).eval().to(where.where)
    unet.to(where.dtype)
    return StandaloneEngine(Model(small.path, unet, vae, encoder, small.tokenizer, "epsilon", 512, where))


def lot_run(engine: StandaloneEngine, out: Path, iterations: int) -> tuple[Path, Path]:
    """A folder with pictures of noise and a run whose vectors are drawn by lot."""
    from PIL import Image

    noise = np.random.default_rng(0)
    shutil.rmtree(out, ignore_errors=True)
    size = engine.checkpoint.size
    with CharacterFolder.create(out, Character(token=TOKEN, look=HELD_OUT[0].look)) as folder:
        for number in range(8):
            levels = noise.integers(0, 256, (size, size, 3), dtype=np.uint8)
            Image.fromarray(levels).save(folder.images / f"{number}.png")
        run = folder.new_run()
    (run / "embeddings").mkdir()
    for step in range(1, iterations + 1):
        vectors = noise.normal(0, 0.02, (8, engine.model.width)).astype(np.float32)
        content = EmbeddingContent(vectors, TOKEN, 10 * step)
        engine.vocabulary.write(run / "embeddings" / f"{TOKEN}-{10 * step}.pt", content)
    return out, run
