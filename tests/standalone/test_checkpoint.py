"""What is a Stable Diffusion 1.x checkpoint and what is not."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import load_file, save_file

from consistent_character.errors import CheckpointError
from consistent_character.hosts.standalone import devices, layout
from consistent_character.hosts.standalone.architecture import architecture_of
from consistent_character.hosts.standalone.checkpoint import Weights, open_weights, require_stable_diffusion_1
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.hosts.standalone.model import load_model

CPU = devices.pick("cpu")
ONE = torch.zeros(1)


def refused(path: Path) -> str:
    with pytest.raises(CheckpointError) as caught:
        load_model(path, CPU)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        ({}, "empty"),
        ({"conditioner.embedders.0.transformer.x": ONE, "model.diffusion_model.input_blocks.0.0.weight": ONE}, "XL"),
        ({"cond_stage_model.model.ln_final.weight": ONE, "model.diffusion_model.x": ONE}, "Stable Diffusion 2"),
        ({"model.diffusion_model.joint_blocks.0.x": ONE, "y": ONE}, "Stable Diffusion 3"),
        ({"double_blocks.0.x": ONE, "y": ONE}, "Flux"),
        ({"lora_unet_down_blocks_0.lora_down.weight": ONE, "lora_te_x.alpha": ONE}, "LoRA"),
        ({"control_model.input_blocks.0.0.weight": ONE, "y": ONE}, "ControlNet"),
        ({"emb_params": torch.zeros(4, 768)}, "embedding"),
        ({"clip_l": torch.zeros(4, 768), "clip_g": torch.zeros(4, 1280)}, "embedding"),
        ({"encoder.conv_in.weight": ONE, "decoder.conv_in.weight": ONE}, "VAE alone"),
        ({"down_blocks.0.resnets.0.conv1.weight": ONE, "y": ONE}, "diffusers"),
        ({"something": ONE, "else": ONE}, "has no UNet"),
    ],
)
def test_other_files_are_named_for_what_they_are(tmp_path: Path, weights: dict[str, torch.Tensor], told: str) -> None:
    path = tmp_path / "file.safetensors"
    # Copies, since .safetensors refuses tensors that share memory.
    save_file({name: tensor.clone() for name, tensor in weights.items()}, path)
    assert told in refused(path)
    if weights:
        torch.save({"state_dict": weights}, tmp_path / "file.ckpt")
        assert told in refused(tmp_path / "file.ckpt")


@pytest.mark.parametrize(
    ("prefix", "told"), [("first_stage_model.", "no VAE"), ("cond_stage_model.", "no text encoder")]
)
def test_a_part_that_is_missing_is_named(tmp_path: Path, checkpoint: Path, prefix: str, told: str) -> None:
    weights = {name: tensor for name, tensor in load_file(checkpoint).items() if not name.startswith(prefix)}
    save_file(weights, tmp_path / "half.safetensors")
    assert told in refused(tmp_path / "half.safetensors")


def test_a_weight_that_is_missing_is_named(tmp_path: Path, checkpoint: Path) -> None:
    weights = load_file(checkpoint)
    del weights["model.diffusion_model.out.2.bias"]
    save_file(weights, tmp_path / "gap.safetensors")
    (tmp_path / "gap.yaml").symlink_to(checkpoint.with_suffix(".yaml"))
    (tmp_path / "tokenizer").symlink_to(checkpoint.parent / "tokenizer")
    assert "model.diffusion_model.out.2.bias" in refused(tmp_path / "gap.safetensors")


@pytest.mark.parametrize(("inputs", "told"), [(9, "inpainting"), (8, "editing"), (7, "7 inputs")])
def test_models_that_need_a_picture_are_refused(tmp_path: Path, checkpoint: Path, inputs: int, told: str) -> None:
    weights = load_file(checkpoint)
    weights["model.diffusion_model.input_blocks.0.0.weight"] = torch.zeros(96, inputs, 3, 3)
    save_file(weights, tmp_path / "other.safetensors")
    assert told in refused(tmp_path / "other.safetensors")


def test_files_that_are_missing_cut_off_or_something_else(tmp_path: Path, checkpoint: Path) -> None:
    assert "no checkpoint at" in refused(tmp_path / "none.safetensors")
    whole = checkpoint.read_bytes()
    for number, content in enumerate((b"", whole[:4], whole[:5000], whole[:-10], b"<!DOCTYPE html><html></html>")):
        path = tmp_path / f"{number}.safetensors"
        path.write_bytes(content)
        assert "no whole .safetensors file" in refused(path)
    (tmp_path / "page.ckpt").write_bytes(b"<!DOCTYPE html>")
    assert "no checkpoint" in refused(tmp_path / "page.ckpt")
    torch.save({"state_dict": {"a": torch.zeros(1000)}}, tmp_path / "cut.ckpt")
    (tmp_path / "cut.ckpt").write_bytes((tmp_path / "cut.ckpt").read_bytes()[:-300])
    assert "damaged or cut off" in refused(tmp_path / "cut.ckpt")
    (tmp_path / "picture.png").write_bytes(b"PNG")
    assert "neither .safetensors nor .ckpt" in refused(tmp_path / "picture.png")


class Malicious:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("was-run",)


def test_a_pickle_with_a_program_in_it_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"state_dict": {"a": ONE}, "b": Malicious()}, "evil.ckpt")
    assert "refused" in refused(Path("evil.ckpt"))
    assert not Path("was-run").exists()


def test_a_pickled_checkpoint_loads_like_the_other(tmp_path: Path, checkpoint: Path) -> None:
    for extra in ("random-world.yaml", "tokenizer"):
        (tmp_path / extra).symlink_to(checkpoint.parent / extra)
    weights = load_file(checkpoint)
    torch.save({"state_dict": weights, "global_step": 3}, tmp_path / "random-world.ckpt")
    ours, pickled = load_model(checkpoint, CPU), load_model(tmp_path / "random-world.ckpt", CPU)
    assert ours.prediction == pickled.prediction == "v"
    for one, other in ((ours.unet, pickled.unet), (ours.vae, pickled.vae), (ours.text_encoder, pickled.text_encoder)):
        again = other.state_dict()
        assert all(torch.equal(tensor, again[name]) for name, tensor in one.state_dict().items())


def test_what_the_yaml_says_counts(tmp_path: Path, checkpoint: Path) -> None:
    path = tmp_path / "copy.safetensors"
    path.symlink_to(checkpoint)
    (tmp_path / "tokenizer").symlink_to(checkpoint.parent / "tokenizer")
    text = (checkpoint.parent / "random-world.yaml").read_text()
    (tmp_path / "copy.yaml").write_text(text.replace('"v"', '"eps"'))
    model = load_model(path, CPU)
    assert (model.prediction, model.size, model.vae.config.scaling_factor) == ("epsilon", 96, 0.9)
    (tmp_path / "copy.yaml").write_text(text.replace('"v"', '"x0"'))
    assert "parameterization: x0" in refused(path)
    (tmp_path / "copy.yaml").write_text("model: [")
    assert "copy.yaml" in refused(path)
    (tmp_path / "copy.yaml").write_text(text.replace("version: tokenizer", "version: elsewhere"))
    assert "elsewhere" in refused(path)


def test_a_model_with_its_own_words_needs_its_yaml(tmp_path: Path, checkpoint: Path) -> None:
    (tmp_path / "alone.safetensors").symlink_to(checkpoint)
    assert "alone.yaml" in refused(tmp_path / "alone.safetensors")


def test_weights_are_frozen_and_in_single_precision_on_the_cpu(engine: StandaloneEngine) -> None:
    model = engine.model
    for network in (model.unet, model.vae, model.text_encoder):
        assert not network.training
        assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}
        assert not any(parameter.requires_grad or parameter.is_meta for parameter in network.parameters())


def shapes_of_stable_diffusion_1_5(prefix: str = "text_model.") -> Mapping[str, tuple[int, ...]]:
    naming = layout.UNetLayout(4, 2, frozenset({0, 1, 2}))
    with torch.device("meta"):
        unet = UNet2DConditionModel(cross_attention_dim=768, attention_head_dim=8)
        vae = AutoencoderKL(
            block_out_channels=(128, 256, 512, 512),
            layers_per_block=2,
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            latent_channels=4,
        )
    shapes = {naming.name(name): tuple(tensor.shape) for name, tensor in unet.state_dict().items()}
    shapes |= {layout.vae_name(name, 4): tuple(tensor.shape) for name, tensor in vae.state_dict().items()}
    text = f"{layout.TEXT_ENCODER}{prefix}"
    shapes |= {f"{text}encoder.layers.{layer}.mlp.fc1.weight": (3072, 768) for layer in range(12)}
    shapes[f"{text}embeddings.token_embedding.weight"] = (49408, 768)
    shapes[f"{text}embeddings.position_embedding.weight"] = (77, 768)
    return shapes


@pytest.mark.parametrize("prefix", ["text_model.", ""])
def test_a_real_stable_diffusion_1_5_is_recognised_by_its_shapes(tmp_path: Path, prefix: str) -> None:
    shapes = shapes_of_stable_diffusion_1_5(prefix)
    assert sum(name.startswith(layout.UNET) for name in shapes) == 686
    assert {
        "model.diffusion_model.input_blocks.11.0.in_layers.0.weight",
        "model.diffusion_model.output_blocks.2.1.conv.weight",
        "model.diffusion_model.output_blocks.5.2.conv.weight",
        "model.diffusion_model.output_blocks.11.1.transformer_blocks.0.ff.net.0.proj.weight",
        "first_stage_model.decoder.up.1.block.0.nin_shortcut.weight",
    } <= shapes.keys()
    weights = Weights(tmp_path / "v1-5.safetensors", shapes, {}, lambda name: torch.zeros(shapes[name]))
    require_stable_diffusion_1(weights)
    found = architecture_of(weights)
    assert found.unet["block_out_channels"] == (320, 640, 1280, 1280)
    assert found.unet["attention_head_dim"] == 8
    assert found.unet["down_block_types"] == ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",)
    assert found.unet["sample_size"] == 64
    assert found.vae["block_out_channels"] == (128, 256, 512, 512)
    assert found.vae["scaling_factor"] == 0.18215
    text = found.text_encoder
    assert (text["num_hidden_layers"], text["num_attention_heads"], text["eos_token_id"]) == (12, 12, 49407)
    assert (found.prediction, found.size, found.tokenizer) == ("epsilon", 512, None)


def test_stable_diffusion_2_is_recognised_by_its_width(tmp_path: Path) -> None:
    shapes = dict(shapes_of_stable_diffusion_1_5())
    shapes["model.diffusion_model.middle_block.1.transformer_blocks.0.attn2.to_k.weight"] = (1280, 1024)
    weights = Weights(tmp_path / "v2.safetensors", shapes, {}, lambda name: torch.zeros(shapes[name]))
    with pytest.raises(CheckpointError, match="Stable Diffusion 2"):
        require_stable_diffusion_1(weights)


def test_weights_are_read_only_when_asked_for(checkpoint: Path) -> None:
    weights = open_weights(checkpoint)
    assert weights.shape("model.diffusion_model.out.2.bias") == (4,)
    assert weights.read("model.diffusion_model.out.2.bias").dtype == torch.float16
    assert weights.metadata == {"modelspec.prediction_type": "v"}
