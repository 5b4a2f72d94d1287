"""Trains the picture codec: 96 x 96 pixels to 12 x 12 latents of 4 channels and back.

    python -m worlds.cartoon.train_vae --work FOLDER [--steps 2000] [--decoder-only]

Stops and goes on: the state is saved every few minutes under FOLDER. Seeded; on a CPU with bfloat16 matrix units a
step of 16 pictures takes about a second, on a GPU the whole run takes minutes.

The architecture must fit the original autoencoder, where every GroupNorm has 32 groups. With two channels a group, a
flat colour is normalised away before the last convolution; `near_identity` starts the network as an average-pooling
codec whose norms keep flat colours, by giving each group a reference to be normalised against.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn
from torch.nn import functional

from worlds.cartoon.dataset import pictures
from worlds.cartoon.learning import Learner, run

CHANNELS = (64, 64, 128, 128)
GROUPS = 32
REFERENCE = 2.0
"""Value of the constant channels that flat colours are measured against."""


def new_vae() -> AutoencoderKL:
    """The untrained codec, four levels, one residual block each, started near the identity."""
    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=CHANNELS,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=GROUPS,
        sample_size=96,
        mid_block_add_attention=True,
    )
    with torch.no_grad():
        near_identity(vae)
    return vae


def _slots(channels: int, slot: int) -> list[int]:
    """The channel at place `slot` of each group."""
    size = channels // GROUPS
    return [group * size + slot for group in range(GROUPS)]


def _carry(conv: nn.Conv2d, value: float, taps: list[tuple[int, int]]) -> None:
    """Make a convolution pass its signal channels on, `value` at each tap, and renew the references of wide groups."""
    outputs, inputs = conv.weight.shape[:2]
    conv.weight.mul_(0.1)
    conv.bias.mul_(0.1)
    slots = (0, 1) if outputs == inputs else (0,)
    for slot in slots:
        for out, into in zip(_slots(outputs, slot), _slots(inputs, slot), strict=True):
            for y, x in taps:
                conv.weight[out, into, y, x] += value
    _set_references(conv)
    if inputs // GROUPS == 4:
        conv.weight[:, _slots(inputs, 2) + _slots(inputs, 3)] = 0


def _set_references(conv: nn.Conv2d) -> None:
    channels = conv.weight.shape[0]
    if channels // GROUPS != 4:
        return
    for slot, sign in ((2, 1), (3, -1)):
        conv.weight[_slots(channels, slot)] = 0
        conv.bias[_slots(channels, slot)] = sign * REFERENCE


def _pairs_in(conv: nn.Conv2d, count: int) -> None:
    """Let the first signals be the inputs, each once with either sign: silu(x) - silu(-x) = x carries them through."""
    signals = _slots(conv.weight.shape[0], 0)
    conv.bias.mul_(0.1)
    for channel in range(count):
        for signal, sign in ((signals[channel], 1), (signals[count + channel], -1)):
            conv.weight[signal].mul_(0.1)
            conv.weight[signal, channel, 1, 1] += sign
    _set_references(conv)


def _pairs_out(norm: nn.GroupNorm, conv: nn.Conv2d, inputs: int, outputs: int) -> None:
    """Read the signed pairs back.

    What the norm took away with the group's mean is put back from the reference channel.
    """
    channels = conv.weight.shape[1]
    wide = channels // GROUPS == 4
    signals, references = _slots(channels, 0), _slots(channels, 2 if wide else 1)
    norm.weight.fill_(1.45)
    norm.bias[references] = 2.0 if wide else 3.5
    conv.weight.mul_(0.1)
    conv.bias.zero_()
    conv.weight[:, references] = 0
    for channel in range(outputs):
        for place, sign in ((channel, 1), (inputs + channel, -1)):
            conv.weight[channel, signals[place], 1, 1] += sign
            conv.weight[channel, references[place], 1, 1] -= 0.5 * sign


def _border_reference(decoder: nn.Module) -> None:
    """Make the reference of the two-channel groups.

    It is a zero-mean pattern that zero padding makes of a constant, the same in every picture.
    """
    wide, size = CHANNELS[-1], 24
    last, constant = _slots(wide, 1)[-1], _slots(wide, 2)[-1]
    conv = decoder.up_blocks[0].upsamplers[0].conv
    ones = torch.ones(1, 1, size, size)
    pattern = functional.conv2d(ones, torch.ones(1, 1, 3, 3), padding=1) * REFERENCE
    scale = 2.0 / float(pattern.std())
    conv.weight[last] = 0
    conv.weight[last, constant] = -scale
    conv.bias[last] = scale * float(pattern.mean())
    narrow = _slots(CHANNELS[0], 1)
    shortcut = decoder.up_blocks[2].resnets[0].conv_shortcut
    shortcut.weight[narrow] = 0
    shortcut.weight[narrow, last] = 1
    shortcut.bias[narrow] = 0


def near_identity(vae: AutoencoderKL) -> None:
    """Start as average pooling down and nearest neighbour up, residual branches small, flat colours kept by norms."""
    for name, module in vae.named_modules():
        if name.endswith(("conv2", "to_out.0")):
            module.weight.mul_(0.1)
            module.bias.mul_(0.1)
        elif name.endswith("conv_shortcut"):
            _carry(module, 1.0, [(0, 0)])
        elif "downsamplers" in name and name.endswith("conv"):
            _carry(module, 0.25, [(0, 0), (0, 1), (1, 0), (1, 1)])
        elif "upsamplers" in name and name.endswith("conv"):
            _carry(module, 1.0, [(1, 1)])
    encoder, decoder = vae.encoder, vae.decoder
    _pairs_in(encoder.conv_in, 3)
    _left_right_difference(encoder)
    _pairs_out(encoder.conv_norm_out, encoder.conv_out, 3, 3)
    encoder.conv_out.weight[3, _slots(CHANNELS[-1], 0)[6], 1, 1] += 1
    encoder.conv_out.weight[3, _slots(CHANNELS[-1], 0)[7], 1, 1] -= 1
    _pairs_in(decoder.conv_in, 4)
    _pairs_out(decoder.conv_norm_out, decoder.conv_out, 4, 3)
    _border_reference(decoder)
    for conv in (vae.quant_conv, vae.post_quant_conv):
        conv.weight.mul_(0.1)
        conv.bias.zero_()
        for channel in range(4):
            conv.weight[channel, channel] += 1


def _left_right_difference(encoder: nn.Module) -> None:
    """Seed the fourth latent channel, which three colours leave unused, with the difference of a cell's two halves."""
    conv = encoder.down_blocks[2].downsamplers[0].conv
    signals = _slots(CHANNELS[-1], 0)
    for signal, sign in ((signals[6], 1), (signals[7], -1)):
        conv.weight[signal] = 0
        for colour in range(3):
            conv.weight[signal, signals[colour], :2, 0] += 0.33 * sign
            conv.weight[signal, signals[colour], :2, 1] -= 0.33 * sign


def _edges(image: Tensor) -> tuple[Tensor, Tensor]:
    return image[..., 1:] - image[..., :-1], image[..., 1:, :] - image[..., :-1, :]


def reconstruction_loss(drawn: Tensor, wanted: Tensor, edge_weight: float) -> Tensor:
    """L1 + L2 + the L1 of horizontal and vertical differences; pictures `(n, 3, h, w)` in -1..1."""
    edges = sum((a - b).abs().mean() for a, b in zip(_edges(drawn), _edges(wanted), strict=True))
    return (drawn - wanted).abs().mean() + ((drawn - wanted) ** 2).mean() + edge_weight * edges


def latent_penalty(mean: Tensor) -> Tensor:
    """Keeps latents `(n, 4, h, w)` within about -2..2 and each channel centred."""
    beyond = (mean.abs() - 2).clamp(min=0)
    return 0.01 * (beyond**2).mean() + 0.1 * (mean.mean((0, 2, 3)) ** 2).mean() + 1e-4 * (mean**2).mean()


def as_batch(array: Tensor, device: torch.device) -> Tensor:
    """Pictures `(n, h, w, 3)` of bytes as `(n, 3, h, w)` in -1..1."""
    return array.to(device).permute(0, 3, 1, 2).float() / 127.5 - 1


def settle_posterior(vae: AutoencoderKL, deviation: float = 0.05) -> None:
    """Give every latent the small, fixed standard deviation that the decoder was trained to bear."""
    with torch.no_grad():
        vae.quant_conv.weight[4:] = 0
        vae.quant_conv.bias[4:] = 2 * math.log(deviation)


class Lesson:
    """Draws batches of pictures and says how far the codec is from giving them back."""

    def __init__(self, vae: AutoencoderKL, data: Tensor, batch: int, learner: Learner, decoder_only: bool) -> None:
        self.vae, self.data, self.batch, self.learner, self.decoder_only = vae, data, batch, learner, decoder_only
        self.device = next(vae.parameters()).device

    def _encode(self, images: Tensor) -> Tensor:
        with torch.set_grad_enabled(not self.decoder_only):
            mean: Tensor = self.vae.encode(images).latent_dist.mean
        return mean

    def loss(self) -> Tensor:
        """Reconstruction error and latent penalty of one batch; edges count once the colours are about right."""
        images = as_batch(self.data[torch.randint(0, len(self.data), (self.batch,))], self.device)
        with torch.autocast(self.device.type, torch.bfloat16):
            mean = self._encode(images)
            drawn = self.vae.decode(mean + 0.05 * torch.randn_like(mean)).sample.float()
        early = not self.decoder_only and self.learner.step < 0.2 * self.learner.steps
        return reconstruction_loss(drawn, images, 0.0 if early else 0.5) + latent_penalty(mean.float())


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the cartoon world's picture codec.")
    parser.add_argument("--work", type=Path, required=True, help="folder for pictures, states and the result")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--count", type=int, default=40_000, help="pictures to draw")
    parser.add_argument(
        "--decoder-only", action="store_true", help="sharpen the decoder, leaving the latents as they are"
    )
    options = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    result, only = options.work / "vae", options.decoder_only
    torch.manual_seed(0)
    vae = (AutoencoderKL.from_pretrained(result) if only else new_vae()).to(device).train()
    learning = [vae.decoder, vae.post_quant_conv] if only else [vae]
    learner = Learner(
        [parameter for module in learning for parameter in module.parameters()],
        steps=options.steps,
        rate=options.rate,
        state=options.work / ("vae-decoder.pt" if only else "vae.pt"),
        keep=0.995,
    )
    lesson = Lesson(vae, torch.from_numpy(pictures(options.count, options.work)), options.batch, learner, only)
    torch.manual_seed(learner.step)

    def save() -> None:
        learner.save()
        with learner.averaged():
            settle_posterior(vae)
            vae.save_pretrained(result)

    run(learner, lesson.loss, save)


if __name__ == "__main__":
    main()
