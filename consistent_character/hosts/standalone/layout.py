"""Names of weights: in the modules of diffusers and transformers, and in the original Stable Diffusion 1 checkpoint.

Only strings and, for the 1 x 1 convolutions of the codec's attention, shapes. Each function takes a name of ours and
gives the original one, so that the same table serves to write a checkpoint and to read one.

Source: the module trees of `ldm.modules.diffusionmodules` (openaimodel.py, model.py) and of diffusers'
`UNet2DConditionModel` and `AutoencoderKL`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

UNET = "model.diffusion_model."
VAE = "first_stage_model."
TEXT_ENCODER = "cond_stage_model.transformer."

_UNET_ENDS = {
    "conv_in": "input_blocks.0.0",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}
_UNET_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_UNET_BLOCK = re.compile(r"(down|up)_blocks\.(\d+)\.(\w+)\.(\d+)\.(.+)")
_UNET_MIDDLE = re.compile(r"mid_block\.(resnets|attentions)\.(\d+)\.(.+)")

_VAE_ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}
_VAE_MIDDLE_ATTENTION = re.compile(r"(encoder|decoder)\.mid_block\.attentions\.0\.(.+)\.(weight|bias)")
_VAE_BLOCK = re.compile(r"(encoder|decoder)\.(?:down|up)_blocks\.(\d+)\.(resnets|downsamplers|upsamplers)\.(\d+)\.(.+)")


@dataclass(frozen=True)
class UNetLayout:
    """What decides the numbering of a UNet's blocks.

    Attributes:
        levels: sizes that it works at.
        layers: residual blocks a level, going down.
        attention: the levels that read the words; 0 is the full size.
    """

    levels: int
    layers: int
    attention: frozenset[int]

    def name(self, ours: str) -> str:
        """The original name of the UNet weight that diffusers calls `ours`."""
        module, _, parameter = ours.rpartition(".")
        if module in _UNET_ENDS:
            return f"{UNET}{_UNET_ENDS[module]}.{parameter}"
        if middle := _UNET_MIDDLE.fullmatch(ours):
            return UNET + _middle_block(middle[1], int(middle[2]), middle[3])
        block = _UNET_BLOCK.fullmatch(ours)
        if block is None:
            raise KeyError(ours)
        side, kind, rest = block[1], block[3], block[5]
        level, place = int(block[2]), int(block[4])
        if side == "down":
            return UNET + self._down(level, kind, place, rest)
        return UNET + self._up(level, kind, place, rest)

    def _down(self, level: int, kind: str, place: int, rest: str) -> str:
        first = 1 + level * (self.layers + 1)
        if kind == "downsamplers":
            return f"input_blocks.{first + self.layers}.0.op.{rest.removeprefix('conv.')}"
        return f"input_blocks.{first + place}.{_inside(kind, rest)}"

    def _up(self, step: int, kind: str, place: int, rest: str) -> str:
        first = step * (self.layers + 1)
        if kind == "upsamplers":
            slot = 2 if self.levels - 1 - step in self.attention else 1
            return f"output_blocks.{first + self.layers}.{slot}.{rest}"
        return f"output_blocks.{first + place}.{_inside(kind, rest)}"


def _inside(kind: str, rest: str) -> str:
    """A residual block comes first in its place, its attention second."""
    return f"0.{_resnet(rest)}" if kind == "resnets" else f"1.{rest}"


def _resnet(rest: str) -> str:
    layer, parameter = rest.split(".", 1)
    return f"{_UNET_RESNET[layer]}.{parameter}"


def _middle_block(kind: str, place: int, rest: str) -> str:
    return f"middle_block.{2 * place}.{_resnet(rest)}" if kind == "resnets" else f"middle_block.1.{rest}"


def vae_name(ours: str, levels: int) -> str:
    """The original name of the codec's weight that diffusers calls `ours`.

    The original numbers the decoder's levels by size, diffusers in the order of their work.
    """
    if attention := _VAE_MIDDLE_ATTENTION.fullmatch(ours):
        return f"{VAE}{attention[1]}.mid.attn_1.{_VAE_ATTENTION[attention[2]]}.{attention[3]}"
    name = ours.replace("conv_norm_out", "norm_out").replace("conv_shortcut", "nin_shortcut")
    name = re.sub(r"mid_block\.resnets\.(\d)", lambda found: f"mid.block_{int(found[1]) + 1}", name)
    return VAE + _VAE_BLOCK.sub(lambda found: _vae_block(found, levels), name)


def _vae_block(found: re.Match[str], levels: int) -> str:
    side, step, kind, place, rest = found.groups()
    direction, level = ("down", int(step)) if side == "encoder" else ("up", levels - 1 - int(step))
    module = f"block.{place}" if kind == "resnets" else kind.removesuffix("rs")
    return f"{side}.{direction}.{level}.{module}.{rest}"


def text_encoder_name(ours: str) -> str:
    """The original name of the text encoder's weight; transformers 5 calls it without `text_model.`."""
    return f"{TEXT_ENCODER}text_model.{ours.removeprefix('text_model.')}"


def original_shape(name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Shape in the original checkpoint: there the codec's attention is made of 1 x 1 convolutions."""
    if name.startswith(VAE) and ".attn_1." in name and len(shape) == 2:
        return (*shape, 1, 1)
    return shape
