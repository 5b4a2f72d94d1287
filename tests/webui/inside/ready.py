"""Whether the web UI can draw yet."""

from __future__ import annotations


def checkpoint() -> str:
    """Waits for the checkpoint, and gives its title."""
    from modules import shared

    known = getattr(shared.sd_model, "sd_checkpoint_info", None)  # Forge loads one for the first picture
    return str(known.title) if known else ""


def places() -> list[str]:
    """Where the web UI looks for embeddings and for templates."""
    from modules import shared

    return [shared.cmd_opts.embeddings_dir, shared.cmd_opts.textual_inversion_templates_dir]


def fails() -> float:
    """Raises."""
    return 1 / 0
