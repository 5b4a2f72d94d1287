"""Opens a checkpoint file and says whether we can draw with it: Stable Diffusion 1.x in the original layout.

Only the names and shapes of the weights are looked at here; each weight is read when it is asked for.
Pickled files go through torch's safe unpickler, which builds tensors and nothing else.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from consistent_character.errors import CheckpointError
from consistent_character.hosts.standalone import layout

_WANTED = (
    "Choose a Stable Diffusion 1.x checkpoint: one file (.safetensors or .ckpt) with UNet, VAE and text encoder in the "
    "original layout."
)
_PICKLED = (".ckpt", ".pt", ".pth", ".bin")
_USUAL = (".safetensors", ".ckpt")
_PICKLE_STARTS = (b"PK", b"\x80")
"""How a file by `torch.save` begins: a zip archive, or in old versions a bare pickle."""


@dataclass(frozen=True)
class Weights:
    """The weights of an open checkpoint: `shapes` by original name, and a way to read each."""

    path: Path
    shapes: Mapping[str, tuple[int, ...]]
    metadata: Mapping[str, str]
    read: Callable[[str], Tensor]

    def has(self, prefix: str) -> bool:
        """Whether any weight's name begins so."""
        return any(name.startswith(prefix) for name in self.shapes)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of one weight.

        Raises:
            CheckpointError: it is missing.
        """
        try:
            return self.shapes[name]
        except KeyError:
            raise CheckpointError(f"{self.path.name} lacks the weight {name}. Download it again. {_WANTED}") from None


def open_weights(path: Path) -> Weights:
    """Open a checkpoint of any kind; `require_stable_diffusion_1` says whether it is ours.

    Raises:
        CheckpointError: there is no such file, it is cut off, or it is no checkpoint at all.
    """
    if not path.is_file():
        raise CheckpointError(f"There is no checkpoint at {path}. {_WANTED}")
    if path.suffix.lower() == ".safetensors":
        return _open_safetensors(path)
    if path.suffix.lower() in _PICKLED:
        return _open_pickled(path)
    raise CheckpointError(f"{path.name} is no checkpoint: its name ends in neither .safetensors nor .ckpt. {_WANTED}")


def require_stable_diffusion_1(weights: Weights) -> None:
    """Pass a checkpoint that holds a whole Stable Diffusion 1.x model.

    Raises:
        CheckpointError: it holds something else; the message says what.
    """
    for what, recognised in _FOREIGN.items():
        if recognised(weights):
            raise CheckpointError(f"{weights.path.name} is {what}, which cannot be used here. {_WANTED}")
    for part, prefix in _PARTS.items():
        if not weights.has(prefix):
            raise CheckpointError(f"{weights.path.name} has no {part}. {_WANTED}")
    inputs = weights.shape(f"{layout.UNET}input_blocks.0.0.weight")[1]
    if inputs != 4:
        kind = {9: "an inpainting model", 8: "a model for editing pictures"}.get(
            inputs, f"a model with {inputs} inputs"
        )
        raise CheckpointError(f"{weights.path.name} is {kind}, which cannot draw from words alone. {_WANTED}")
    if _words_width(weights) == 1024:
        raise CheckpointError(
            f"{weights.path.name} is a Stable Diffusion 2 checkpoint, which cannot be used here. {_WANTED}"
        )


def file_sha256(path: Path) -> str:
    """The SHA-256 of a whole file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def checkpoints_beside(current: Path) -> tuple[str, ...]:
    """The names of the checkpoint files in the folder of the one in use, that one first."""
    names = {path.stem for path in current.parent.glob("*") if path.suffix.lower() in _USUAL and path.is_file()}
    return (current.stem, *sorted(names - {current.stem}, key=str.casefold))


def find_checkpoint(current: Path, wanted: str) -> Path | None:
    """The file of a checkpoint by its name or path: the one in use, one at that path or beside it; None if not here."""
    asked = Path(wanted).expanduser()
    if asked.name in (current.name, current.stem):
        return current
    beside = [current.parent / name for name in (asked.name, *(f"{asked.name}{ending}" for ending in _USUAL))]
    return next((path for path in (asked, *beside) if path.is_file()), None)


def _open_safetensors(path: Path) -> Weights:
    try:
        file: Any = safe_open(path, framework="pt", device="cpu")
        shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118 - not a dict
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{path.name} is no whole .safetensors file ({error}): the download was cut off, or it is something else. "
            "Download it again."
        ) from error
    return Weights(path, shapes, dict(file.metadata() or {}), file.get_tensor)


def _open_pickled(path: Path) -> Weights:
    with path.open("rb") as file:
        if not file.read(2).startswith(_PICKLE_STARTS):
            raise CheckpointError(f"{path.name} is no checkpoint, whatever its name says. Download it again. {_WANTED}")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            f"{path.name} is refused: it holds more than weights, and loading it could run a stranger's program. "
            "Use the .safetensors version of this checkpoint."
        ) from error
    except (RuntimeError, EOFError, ValueError, KeyError, OSError) as error:
        raise CheckpointError(
            f"{path.name} cannot be read: the file is damaged or cut off. Download it again."
        ) from error
    tensors = _tensors(content)
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    return Weights(path, shapes, {}, tensors.__getitem__)


def _tensors(content: Any) -> dict[str, Tensor]:
    """The weights of a pickled checkpoint, with or without the trainer's wrapping."""
    if not isinstance(content, dict):
        return {}
    state = content.get("state_dict", content)
    found = {name: value for name, value in state.items() if isinstance(value, Tensor)}
    if "string_to_param" in content:
        found["string_to_param"] = torch.empty(0)
    return found


def _words_width(weights: Weights) -> int:
    return weights.shape(f"{layout.UNET}middle_block.1.transformer_blocks.0.attn2.to_k.weight")[1]


def _any_name(*parts: str) -> Callable[[Weights], bool]:
    return lambda weights: any(part in name for name in weights.shapes for part in parts)


def _any_start(*prefixes: str) -> Callable[[Weights], bool]:
    return lambda weights: any(weights.has(prefix) for prefix in prefixes)


def _is_embedding(weights: Weights) -> bool:
    names = set(weights.shapes)
    alone = len(names) == 1 and all(len(shape) <= 2 for shape in weights.shapes.values())
    return alone or bool(names & {"string_to_param", "emb_params"}) or names == {"clip_l", "clip_g"}


def _is_vae(weights: Weights) -> bool:
    return not weights.has(layout.UNET) and (weights.has("decoder.") or weights.has("first_stage_model."))


_FOREIGN: dict[str, Callable[[Weights], bool]] = {
    "empty": lambda weights: not weights.shapes,
    "a textual inversion embedding": _is_embedding,
    "a LoRA or one of its relatives": _any_name(
        "lora_unet_", "lora_te", ".lora_A.", ".lora_down.", "lora.down", "hada_w1"
    ),
    "a ControlNet": _any_start("control_model.", "controlnet_"),
    "a Stable Diffusion XL checkpoint": _any_start("conditioner.embedders."),
    "a Stable Diffusion 2 checkpoint": _any_start("cond_stage_model.model."),
    "a Stable Diffusion 3 checkpoint": _any_start("model.diffusion_model.joint_blocks.", "joint_blocks."),
    "a Flux checkpoint": _any_start("model.diffusion_model.double_blocks.", "double_blocks."),
    "one part of a model in diffusers' layout": _any_start("down_blocks.", "encoder.down_blocks.", "text_model."),
    "a VAE alone": _is_vae,
}

_PARTS = {
    "UNet": f"{layout.UNET}input_blocks.",
    "VAE": f"{layout.VAE}decoder.",
    "text encoder": layout.TEXT_ENCODER,
}
