"""The checkpoint that the web UI has loaded."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from consistent_character.engine import CheckpointInfo
from consistent_character.errors import CheckpointError
from consistent_character.hosts.limits import CELL
from consistent_character.hosts.webui.kinds import kind

_USUAL_EDGE = 512
_BLOCK = 1 << 20


def loaded_model() -> Any:
    """The model in use; the first call after a start waits until it is loaded.

    Raises:
        CheckpointError: none is loaded.
    """
    model = kind().model()
    if model is None:
        raise CheckpointError("The web UI has no checkpoint loaded: choose one in its menu of checkpoints, top left.")
    return model


def drawing_model() -> Any:
    """The model in use, if it is one that our prompts, sizes and embeddings are for.

    Raises:
        CheckpointError: none is loaded, or one that is no Stable Diffusion 1.x.
    """
    model = loaded_model()
    if not model.is_sd1:
        raise CheckpointError(
            f"{model.sd_checkpoint_info.name_for_extra} is no Stable Diffusion 1.x checkpoint, and embeddings of one "
            "kind do not fit the other: choose a 1.x checkpoint in the web UI's menu, top left."
        )
    return model


def native_edge(model: Any) -> int:
    """The picture edge in pixels that the model's configuration names; 512 if it names none.

    A configuration's `image_size` is in latents: 64 in the web UI's own for Stable Diffusion 1.x.
    """
    latents = getattr(model, "image_size", None)
    return latents * CELL if isinstance(latents, int) and latents > 0 else _USUAL_EDGE


class Checkpoints:
    """Tells of checkpoints; hashes that the web UI does not know (`--no-hashing`) are computed once a file."""

    def __init__(self) -> None:
        self._hashes: dict[tuple[Path, int, int], str] = {}

    def info(self, model: Any) -> CheckpointInfo:
        """What our steps know of the model's checkpoint."""
        found = model.sd_checkpoint_info
        path = Path(found.filename)
        return CheckpointInfo(path.stem, found.sha256 or self._sha256(path), native_edge(model), path)

    def _sha256(self, path: Path) -> str:
        about = path.stat()
        key = (path, about.st_mtime_ns, about.st_size)
        if key not in self._hashes:
            digest = hashlib.sha256()
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    digest.update(block)
            self._hashes[key] = digest.hexdigest()
        return self._hashes[key]
