"""A tiny random checkpoint, with the cartoon world's dimensions, that every test here may read and none may change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import CLIPTokenizer

from consistent_character.engine import TrainingExample
from consistent_character.hosts.standalone.engine import StandaloneEngine
from tests.standalone.models import random_text_encoder, random_unet, random_vae
from worlds.cartoon.export import export
from worlds.cartoon.tokenizer import build


@pytest.fixture(scope="session")
def tokenizer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tokenizer")
    build(folder)
    return folder


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory, tokenizer_folder: Path) -> Path:
    """The .safetensors file of a random model; its .yaml, tokenizer and configuration lie beside it."""
    torch.manual_seed(0)
    encoder = random_text_encoder(CLIPTokenizer.from_pretrained(tokenizer_folder))
    folder = tmp_path_factory.mktemp("world")
    return export(random_unet(), random_vae(), encoder, tokenizer_folder, folder, "random-world")


@pytest.fixture(scope="session")
def engine(checkpoint: Path) -> StandaloneEngine:
    return StandaloneEngine.load(checkpoint, device="cpu")


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> tuple[TrainingExample, ...]:
    """Five captioned images of noise."""
    folder = tmp_path_factory.mktemp("images")
    noise = np.random.default_rng(0)
    made = []
    for number in range(5):
        path = folder / f"{number}.png"
        Image.fromarray(noise.integers(0, 256, (80, 64, 3), dtype=np.uint8)).save(path)
        made.append(TrainingExample(path, f"a closeup front shot photo of fr3nch, scene {number}"))
    return tuple(made)
