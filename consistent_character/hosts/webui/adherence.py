"""The CLIP model that the web UI's interrogator has downloaded, for telling whether pictures show what was asked for.

It is read from its file, by path: nothing here can fetch it. Who has never pressed "Interrogate CLIP" has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import numpy as np
import torch
from modules import devices, interrogate, shared
from PIL import Image

from consistent_character.engine import Vectors
from consistent_character.errors import RequestError

_AT_ONCE = 8
_USUAL_FOLDER = Path(".cache") / "clip"


def find_adherence() -> ClipAdherence | None:
    """The interrogator's model, if its file is on the disk, whole, and the library that reads it is there."""
    path = clip_file()
    if not is_zipfile(path) or _library() is None:  # what was cut off while it was downloaded is none
        return None
    return ClipAdherence(interrogate.clip_model_name, path)


def clip_file() -> Path:
    """Where the interrogator looks for its model.

    Source: `modules/interrogate.py` of A1111 1.10.1, and `clip.load` of openai's CLIP.
    """
    folder = shared.cmd_opts.clip_models_path
    name = interrogate.clip_model_name.replace("/", "-").replace("@", "-")
    return Path(folder or Path.home() / _USUAL_FOLDER) / f"{name}.pt"


@dataclass(frozen=True)
class ClipAdherence:
    """Implements `engine.Adherence`. The model is in memory for one call only; hold the web UI's queue."""

    model: str
    path: Path

    @property
    def name(self) -> str:
        """The model, for people."""
        return f"CLIP {self.model}"

    @torch.no_grad()
    def similarities(self, text: str, pictures: Sequence[Path]) -> Vectors:
        """See `engine.Adherence`."""
        with _loaded(self.path) as (model, prepare):
            tokens = _library().tokenize([text], truncate=True).to(devices.device_interrogate)
            wanted = _directions(model.encode_text(tokens))
            found = [_directions(model.encode_image(some)) @ wanted.T for some in _batches(pictures, prepare)]
            together = torch.cat(found)[:, 0] if found else torch.zeros(0)
            cosines: Vectors = together.numpy().astype(np.float32)
        return cosines


def _library() -> Any:
    """Openai's CLIP, which the web UI installs; None where it is not."""
    try:
        import clip
    except ImportError:
        return None
    return clip


@contextmanager
def _loaded(path: Path) -> Iterator[tuple[Any, Any]]:
    """The model and what prepares pictures for it, on the interrogator's device."""
    try:
        model, prepare = _library().load(str(path), device=devices.device_interrogate, jit=False)
        # Forge puts another LayerNorm into the library, which in half precision fits nothing around it.
        yield model.float(), prepare
    except torch.cuda.OutOfMemoryError as error:
        raise RequestError(f"The memory of the device is too small for {path.name} beside the checkpoint.") from error
    except (RuntimeError, KeyError) as error:
        raise RequestError(f"{path} is no CLIP model that can be used ({error}): remove it.") from error
    finally:
        devices.torch_gc()


def _batches(pictures: Sequence[Path], prepare: Any) -> Iterator[torch.Tensor]:
    waiting = iter(pictures)
    while some := list(islice(waiting, _AT_ONCE)):
        yield torch.stack([_prepared(path, prepare) for path in some]).to(devices.device_interrogate)


def _prepared(path: Path, prepare: Any) -> torch.Tensor:
    try:
        with Image.open(path) as image:
            found: torch.Tensor = prepare(image.convert("RGB"))
    except OSError as error:
        raise RequestError(f"{path} cannot be read ({error}): put it back.") from error
    return found


def _directions(features: torch.Tensor) -> torch.Tensor:
    """Of length 1, on the CPU."""
    plain = features.float().cpu()
    return plain / plain.norm(dim=-1, keepdim=True)
