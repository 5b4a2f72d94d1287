"""Where the model lives."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch

device = torch.device("cpu")
device_interrogate = torch.device("cpu")
dtype = torch.float32
cpu = torch.device("cpu")


def autocast(disable: bool = False) -> AbstractContextManager[Any]:
    """Everything is in full precision."""
    return nullcontext()


def torch_gc() -> None:
    """Nothing to free."""
