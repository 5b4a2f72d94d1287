"""The committed checkpoint: its size and form, and a small sample of what the benchmark measures in full."""

from pathlib import Path

import pytest

pytest.importorskip("diffusers")

import torch
from safetensors import safe_open

from benchmarks.cartoon_world import draw, obedience, scenes
from consistent_character.hosts.standalone.engine import StandaloneEngine
from worlds.cartoon import reader as reading
from worlds.cartoon.dataset import picture_of, scene_of
from worlds.cartoon.scene import ATTRIBUTES

FOLDER = Path(__file__).parents[2] / "worlds" / "cartoon" / "checkpoint"


def test_the_checkpoint_is_small_half_precision_and_in_the_original_layout() -> None:
    path = FOLDER / "cartoon-world.safetensors"
    assert path.stat().st_size <= 40_000_000
    with safe_open(path, "pt") as weights:
        names = list(weights.keys())
        assert {weights.get_tensor(name).dtype for name in names} == {torch.float16}
    for part in ("model.diffusion_model.input_blocks.0.0.weight", "first_stage_model.encoder.conv_in.weight"):
        assert part in names
    assert any(name.startswith("cond_stage_model.transformer.text_model.") for name in names)
    assert (FOLDER / "cartoon-world.yaml").exists()


def test_the_reader_reads_drawn_pictures_it_never_saw() -> None:
    from PIL import Image

    indices = range(1_000_000, 1_000_300)
    read = reading.read(reading.load(), [Image.fromarray(picture_of(index)) for index in indices])
    wanted = [scene_of(index) for index in indices]
    for name in ("background", "hair", "zoom", "angle"):
        right = sum(seen[name] == getattr(scene, name) for seen, scene in zip(read, wanted, strict=True))
        assert right / len(wanted) > 0.97, name
    assert set(read[0]) == set(ATTRIBUTES)


def test_the_checkpoint_draws_what_it_is_asked_for() -> None:
    wanted = scenes(40)
    pictures = list(draw(StandaloneEngine.load(None), wanted, steps=15, cfg_scale=5.0))
    rows = {row.name: row.share for row in obedience(reading.read(reading.load(), pictures), wanted)}
    assert rows["background"] >= 0.95
    assert rows["hair colour"] >= 0.9
    assert rows["zoom"] >= 0.95
