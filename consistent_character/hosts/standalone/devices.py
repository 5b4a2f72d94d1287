"""Picks the machine's best device, its number format, and how many pictures it draws at once.

A GPU by NVIDIA draws in half precision, everything else in single precision. Nothing is left to autocast while drawing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from diffusers import UNet2DConditionModel

from consistent_character.errors import RequestError

_CPU_PIXELS = 8 * 96 * 96
_MPS_PIXELS = 4 * 512 * 512
_CUDA_BYTES_A_PIXEL = 8_000
"""Memory that drawing takes in half precision with guidance, per pixel of the batch; generous."""
_MOST = 32
_SMALL_GPU = 16 << 30


@dataclass(frozen=True)
class Device:
    """Where the model lives, and in which number format its UNet draws.

    Text encoder and VAE are always in single precision.
    """

    where: torch.device
    dtype: torch.dtype

    def batch_size(self, width: int, height: int) -> int:
        """Pictures of this size to draw at once."""
        return max(1, min(_MOST, self._pixels() // (width * height)))

    def _pixels(self) -> int:
        """Pixels that fit into one batch."""
        if self.where.type == "cuda":
            free, _ = torch.cuda.mem_get_info(self.where)
            return int(free * 0.8) // _CUDA_BYTES_A_PIXEL
        return _MPS_PIXELS if self.where.type == "mps" else _CPU_PIXELS

    @contextmanager
    def training(self, unet: UNet2DConditionModel) -> Iterator[None]:
        """Keep the UNet's weights in single precision while gradients run through it.

        Its products are in bfloat16 where the device has such. Half-precision weights come back exactly as they were.
        """
        if self.dtype == torch.float32:
            yield
            return
        unet.float()
        on_gpu = self.where.type == "cuda"
        if on_gpu and torch.cuda.get_device_properties(self.where).total_memory < _SMALL_GPU:
            unet.train()
            unet.enable_gradient_checkpointing()
        products = torch.cuda.is_bf16_supported() if on_gpu else self.dtype == torch.bfloat16
        try:
            with torch.autocast(self.where.type, torch.bfloat16, enabled=products):
                yield
        finally:
            unet.eval()
            unet.to(self.dtype)


def swiftest_cpu() -> Device:
    """The processor, in bfloat16 where it has products of such: about twice as fast, pictures a little others.

    No host draws so by itself: its pictures would not be those of other hosts.
    """
    here = torch.cpu.get_capabilities()
    multiplies = here.get("avx512_bf16", False) or here.get("amx_bf16", False)
    return Device(torch.device("cpu"), torch.bfloat16 if multiplies else torch.float32)


def pick(name: str = "auto") -> Device:
    """The device called `name`, such as `cpu` or `cuda:1`; `auto` is the best one here.

    Raises:
        RequestError: there is no such device.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise RequestError(f"There is no device {name!r} here; use auto, cpu, cuda or mps.") from error
    return Device(device, torch.float16 if device.type == "cuda" else torch.float32)
