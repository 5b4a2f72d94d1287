"""Trains what draws: the text encoder and the UNet, together, on the codec's latents and the untidy captions.

    python -m worlds.cartoon.train_unet --work FOLDER [--steps 12000]

Needs the codec that `train_vae` left in FOLDER. Stops and goes on. The prediction type is v (Salimans & Ho, 2022,
arXiv 2202.00512), on Stable Diffusion's noise schedule.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from random import Random

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from worlds.cartoon.captions import web_caption
from worlds.cartoon.dataset import pictures, scene_of
from worlds.cartoon.export import export
from worlds.cartoon.learning import Learner, run
from worlds.cartoon.tokenizer import load_or_build
from worlds.cartoon.train_vae import as_batch, settle_posterior

WIDTH = 128
CHANNELS = (96, 192)
TRAIN_TIMESTEPS = 1000


def new_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """The untrained text encoder: 3 layers, `WIDTH` wide.

    The last norm starts with a mean that is not zero, since emphasis divides by the mean of the conditioning.
    """
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        projection_dim=WIDTH,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=77,
        hidden_act="quick_gelu",
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        attn_implementation="eager",
    )
    encoder = CLIPTextModel(config)
    with torch.no_grad():
        encoder.text_model.final_layer_norm.bias.fill_(0.2)
        encoder.text_model.embeddings.token_embedding.weight.mul_(1.5)
    return encoder


def new_unet() -> UNet2DConditionModel:
    """The untrained UNet: two levels, the words read at the lower one."""
    unet = UNet2DConditionModel(
        sample_size=12,
        layers_per_block=1,
        block_out_channels=CHANNELS,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=WIDTH,
        attention_head_dim=4,
        norm_num_groups=32,
    )
    unet.set_attn_processor(AttnProcessor())
    with torch.no_grad():
        for name, parameter in unet.named_parameters():
            if name.endswith("conv2.weight") or name.startswith("conv_out"):
                parameter.mul_(0.1)
    return unet


def alphas_cumprod() -> Tensor:
    """Stable Diffusion's schedule: cumulative products of 1 - beta, `(1000,)`."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, TRAIN_TIMESTEPS, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0).float()


def latents_of(vae: AutoencoderKL, count: int, folder: Path, device: torch.device) -> tuple[Tensor, float]:
    """Latents `(count, 4, 12, 12)` scaled to a standard deviation of 1, and the scale.

    Encoded once, then read from `folder`.
    """
    path = folder / f"latents-{count}.pt"
    if not path.exists():
        array = pictures(count, folder)
        encoded = []
        with torch.no_grad(), torch.autocast(device.type, torch.bfloat16):
            for start in range(0, count, 50):
                batch = as_batch(torch.from_numpy(np.array(array[start : start + 50])), device)
                encoded.append(vae.encode(batch).latent_dist.mean.half().cpu())
        torch.save(torch.cat(encoded), path)
    latents: Tensor = torch.load(path, weights_only=True).float()
    scale = 1 / float(latents.std())
    return (latents * scale).to(device), scale


class Lesson:
    """Draws batches of noised latents with their captions and says how wrong the UNet is about them."""

    def __init__(
        self,
        text_encoder: CLIPTextModel,
        unet: UNet2DConditionModel,
        tokenizer: CLIPTokenizer,
        latents: Tensor,
        batch: int,
    ) -> None:
        self.text_encoder, self.unet, self.tokenizer = text_encoder, unet, tokenizer
        self.latents, self.batch = latents, batch
        self.scenes = [scene_of(index) for index in range(len(latents))]
        self.alphas = alphas_cumprod().to(latents.device)
        self.random = Random()

    def loss(self) -> Tensor:
        """Mean squared error of v on one batch."""
        chosen = torch.randint(0, len(self.latents), (self.batch,))
        captions = [web_caption(self.scenes[index], self.random) for index in chosen.tolist()]
        tokens = self.tokenizer(captions, padding="max_length", truncation=True, return_tensors="pt").input_ids
        clean = self.latents[chosen.to(self.latents.device)]
        noise = torch.randn_like(clean)
        times = torch.randint(0, TRAIN_TIMESTEPS, (self.batch,), device=clean.device)
        signal = self.alphas[times].sqrt().view(-1, 1, 1, 1)
        spread = (1 - self.alphas[times]).sqrt().view(-1, 1, 1, 1)
        with torch.autocast(clean.device.type, torch.bfloat16):
            words = self.text_encoder(tokens.to(clean.device)).last_hidden_state
            predicted = self.unet(signal * clean + spread * noise, times, words).sample
        return ((predicted.float() - (signal * noise - spread * clean)) ** 2).mean()


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the cartoon world's text encoder and UNet.")
    parser.add_argument("--work", type=Path, required=True, help="the folder that train_vae used")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "checkpoint", help="where the checkpoint goes"
    )
    parser.add_argument("--steps", type=int, default=12_000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(options.seed)
    tokenizer = load_or_build(options.out / "tokenizer")
    vae = AutoencoderKL.from_pretrained(options.work / "vae").to(device).eval()
    settle_posterior(vae)
    latents, scale = latents_of(vae, options.count, options.work, device)
    vae.register_to_config(scaling_factor=scale)
    text_encoder, unet = new_text_encoder(tokenizer).to(device).train(), new_unet().to(device).train()
    learner = Learner(
        [*text_encoder.parameters(), *unet.parameters()],
        steps=options.steps,
        rate=options.rate,
        state=options.work / "unet.pt",
    )
    lesson = Lesson(text_encoder, unet, tokenizer, latents, options.batch)
    torch.manual_seed(options.seed + learner.step)
    lesson.random.seed(options.seed + learner.step)

    def save() -> None:
        learner.save()
        with learner.averaged():
            export(unet, vae, text_encoder, options.out / "tokenizer", options.work / "checkpoint")

    run(learner, lesson.loss, save)
    with learner.averaged():
        export(unet, vae, text_encoder, options.out / "tokenizer", options.out)


if __name__ == "__main__":
    main()
