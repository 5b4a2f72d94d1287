"""What describes pictures in words."""

from __future__ import annotations

clip_model_name = "ViT-L/14"
