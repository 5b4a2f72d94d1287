"""The picture made while training: true to the vectors as they are, and with the seed and schedule asked for.

The web UI's own previews are not: with its setting "persistent cond cache" on they all show the vectors of the first
one, they come one update early, and an unknown sampler ends the run in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modules import devices, shared

from consistent_character.character.files import explained, write_whole
from consistent_character.engine import PreviewRequest, Rendered
from consistent_character.hosts.webui.checkpoints import loaded_model
from consistent_character.hosts.webui.rendering import Drawing
from consistent_character.prompts.pictures import as_png


def draw_preview(preview: PreviewRequest, seed: int, path: Path) -> None:
    """Draw and save, with its generation parameters inside; `seed` is taken where the request has none.

    Raises:
        Interrupted: the user stopped it.
        FolderError: it cannot be written.
    """
    with vae_on_device():
        (drawn,) = Drawing(loaded_model()).draw([preview.picture(seed)])
    shared.state.assign_current_image(drawn.image)
    _save(drawn, path)


@contextmanager
def vae_on_device() -> Iterator[None]:
    """Where a setting keeps the VAE off the device while training."""
    vae = loaded_model().first_stage_model
    vae.to(devices.device)
    try:
        yield
    finally:
        if shared.opts.unload_models_when_training:
            vae.to(devices.cpu)


def _save(drawn: Rendered, path: Path) -> None:
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, as_png(drawn.image, drawn.infotext))
