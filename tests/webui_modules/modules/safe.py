"""The web UI's own unpickler stands in the place of torch's; this is torch's."""

from __future__ import annotations

import torch

unsafe_torch_load = torch.load
