"""Trains the reader on drawn pictures and on what the codec makes of them.

python -m worlds.cartoon.train_reader --work FOLDER [--steps 4000]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor
from torch.nn import functional

from worlds.cartoon.dataset import pictures, scene_of
from worlds.cartoon.learning import Learner, run
from worlds.cartoon.reader import WEIGHTS, Reader, save_weights
from worlds.cartoon.scene import ATTRIBUTES
from worlds.cartoon.train_vae import as_batch

HELD_BACK = 1000
"""The last pictures, on which the reader is tested."""


def decoded(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """Pictures of bytes `(n, h, w, 3)` as the codec gives them back from unscaled latents `(n, 4, 12, 12)`."""
    parts = []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for part in latents.split(50):
            drawn = vae.decode(part + 0.1 * torch.randn_like(part)).sample.float()
            parts.append(((drawn.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1))
    return torch.cat(parts)


def blurred(images: Tensor) -> Tensor:
    """Pictures `(n, 3, h, w)` blurred, each to its own degree, and made noisy."""
    smooth = functional.avg_pool2d(functional.pad(images, (1, 1, 1, 1), mode="reflect"), 3, 1)
    share = torch.rand(len(images), 1, 1, 1)
    return images * share + smooth * (1 - share) + 0.04 * torch.randn_like(images)


def disturbed(images: Tensor) -> Tensor:
    """Pictures `(n, 3, h, w)` blurred, recoloured and made noisy, each to its own degree."""
    gain, shift = 1 + 0.06 * torch.randn(len(images), 1, 1, 1), 0.04 * torch.randn(len(images), 3, 1, 1)
    return blurred(images) * gain + shift


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the reader of the cartoon world.")
    parser.add_argument("--work", type=Path, required=True, help="the folder of train_vae and train_unet")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--decoded", type=int, default=4000, help="how many pictures to see through the codec as well")
    options = parser.parse_args()
    torch.manual_seed(0)
    drawn = torch.from_numpy(np.array(pictures(options.count, options.work)))
    vae = AutoencoderKL.from_pretrained(options.work / "vae").eval()
    latents = torch.load(options.work / f"latents-{options.count}.pt", weights_only=True).float()
    through = decoded(vae, latents[: options.decoded])
    tested = decoded(vae, latents[-HELD_BACK:])
    scenes = [scene_of(index) for index in range(options.count)]
    labels = {
        name: torch.tensor([values.index(getattr(scene, name)) for scene in scenes])
        for name, values in ATTRIBUTES.items()
    }
    reader = Reader().train()
    learner = Learner(list(reader.parameters()), steps=options.steps, rate=2e-3, state=options.work / "reader.pt")

    def loss() -> Tensor:
        first = torch.randint(0, options.count - HELD_BACK, (40,))
        second = torch.randint(0, options.decoded, (24,))
        images = torch.cat([drawn[first], through[second]])
        logits = reader(disturbed(as_batch(images, torch.device("cpu"))))
        wanted = torch.cat([first, second])
        return torch.stack([functional.cross_entropy(logits[name], labels[name][wanted]) for name in labels]).sum()

    def save() -> None:
        learner.save()
        save_weights(reader, options.out)

    run(learner, loss, save)
    reader.eval()
    with torch.no_grad():
        for title, images in (("drawn", drawn[-HELD_BACK:]), ("through the codec", tested)):
            logits = reader(as_batch(images, torch.device("cpu")))
            right = {
                name: float((logits[name].argmax(1) == labels[name][-HELD_BACK:]).float().mean()) for name in labels
            }
            print(title, {name: round(share, 3) for name, share in right.items()}, flush=True)


if __name__ == "__main__":
    main()
