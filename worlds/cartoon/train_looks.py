"""Trains a reader of looks on painted people who lie between others, and on what the codec makes of them.

python -m worlds.cartoon.train_looks --work FOLDER [--steps 6000]
python -m worlds.cartoon.train_looks --work FOLDER --seed 11 --first 1000000 --out FILE     # another one
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
import torch
from diffusers import AutoencoderKL
from torch import Tensor
from torch.nn import functional

from consistent_character.hosts.standalone.engine import StandaloneEngine
from worlds.cartoon.learning import Learner, run
from worlds.cartoon.look import Look
from worlds.cartoon.painter import paint
from worlds.cartoon.reader import LOOK_WEIGHTS, LookReader, save_weights
from worlds.cartoon.scene import Scene, sample_scene
from worlds.cartoon.train_reader import blurred, decoded
from worlds.cartoon.train_vae import as_batch

HELD_BACK = 500
"""The last pictures, on which the reader is tested."""

_AS_NAMED, _WITH_EYES = 0.5, 0.7


def look_of(scene: Scene, random: Random) -> Look:
    """A look for this scene: of its person, on the way to somebody else in some parts, the eyes faded at times."""
    own, other = Look.of(scene.person), Look.of(sample_scene(random).person)
    share = [0.0 if random.random() < _AS_NAMED else random.random() for _ in range(5)]
    hair, skin, face, length, glasses = share
    ways = (*[hair] * 3, *[skin] * 3, *[face] * 3, length, glasses, 0.0)
    eyes = 1.0 if random.random() < _WITH_EYES else random.random()
    return replace(own.towards(other, ways), eyes=eyes)


def example(index: int) -> tuple[npt.NDArray[np.uint8], tuple[float, ...]]:
    """Picture `index`, `(SIZE, SIZE, 3)`, and the values of the look in it: the same on every machine."""
    random = Random(-1 - index)
    scene = sample_scene(random)
    look = look_of(scene, random)
    return np.asarray(paint(scene, random, look)), look.values


def examples(indices: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Pictures of bytes `(n, SIZE, SIZE, 3)` and the values in them `(n, 12)`."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        pictures, values = zip(*pool.map(example, indices, chunksize=200), strict=True)
    return torch.from_numpy(np.stack(pictures)), torch.tensor(values)


def through_codec(vae: AutoencoderKL, pictures: Tensor) -> Tensor:
    """Pictures of bytes as the codec gives them back."""
    parts = []
    with torch.no_grad():
        for part in pictures.split(50):
            parts.append(vae.encode(as_batch(part, torch.device("cpu"))).latent_dist.mode())
    return decoded(vae, torch.cat(parts))


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the reader of looks of the cartoon world.")
    parser.add_argument("--work", type=Path, required=True, help="where the state is kept")
    parser.add_argument("--out", type=Path, default=LOOK_WEIGHTS[0])
    parser.add_argument("--seed", type=int, default=0, help="what the network begins with")
    parser.add_argument("--first", type=int, default=0, help="number of the first picture: another reader sees others")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--count", type=int, default=30_000)
    parser.add_argument("--decoded", type=int, default=4000, help="how many pictures to see through the codec as well")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    painted, wanted = examples(range(options.first, options.first + options.count + HELD_BACK))
    vae = StandaloneEngine.load(None).model.vae
    through = through_codec(vae, painted[: options.decoded])
    tested = through_codec(vae, painted[-HELD_BACK:])
    reader = LookReader().train()
    learner = Learner(list(reader.parameters()), steps=options.steps, rate=2e-3, state=options.work / "looks.pt")

    def loss() -> Tensor:
        first, second = torch.randint(0, options.count, (32,)), torch.randint(0, options.decoded, (32,))
        images = blurred(as_batch(torch.cat([painted[first], through[second]]), torch.device("cpu")))
        return functional.smooth_l1_loss(reader(images), wanted[torch.cat([first, second])], beta=0.1)

    def save() -> None:
        learner.save()
        save_weights(reader, options.out)

    run(learner, loss, save)
    reader.eval()
    with torch.no_grad():
        for title, images in (("painted", painted[-HELD_BACK:]), ("through the codec", tested)):
            away = (reader(as_batch(images, torch.device("cpu"))) - wanted[-HELD_BACK:]).abs().mean(0)
            print(title, [round(value, 3) for value in away.tolist()], flush=True)


if __name__ == "__main__":
    main()
