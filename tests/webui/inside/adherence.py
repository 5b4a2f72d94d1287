"""The interrogator's CLIP file, in miniature, and what is read with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_EDGE, _WIDTH = 32, 64


def made(folder: str) -> None:
    """Write a tiny model with random weights as openai's files are: an archive of TorchScript, in half precision."""
    import torch
    from clip.model import CLIP, convert_weights

    torch.manual_seed(0)
    model = CLIP(_WIDTH, _EDGE, 1, _WIDTH, 8, 77, 49408, _WIDTH, 1, 1).eval()
    traced = torch.jit.trace(model, (torch.zeros(1, 3, _EDGE, _EDGE), torch.zeros(1, 77, dtype=torch.int)))
    convert_weights(model)
    torch.jit.save(traced, str(Path(folder) / "ViT-L-14.pt"))


def told(folder: str, text: str, pictures: list[str]) -> dict[str, Any]:
    """What our engine reads, what the library itself reads, and how many parameters are left in memory afterwards."""
    import clip
    import torch
    from clip.model import CLIP
    from PIL import Image

    from consistent_character.hosts.webui.engine import WebUIEngine

    with _interrogator_in(folder), _no_download():
        adherence = WebUIEngine().adherence
        if adherence is None:
            return {"name": ""}
        found = adherence.similarities(text, [Path(path) for path in pictures]).tolist()
        model, prepare = clip.load(str(Path(folder) / "ViT-L-14.pt"), device="cpu")
        with torch.no_grad():
            images = torch.stack([prepare(Image.open(path)) for path in pictures])
            logits = model(images, clip.tokenize([text]))[0][:, 0] / model.logit_scale.exp()
        del model
    import gc

    gc.collect()
    left = sum(type(one) is CLIP for one in gc.get_objects())
    return {"name": adherence.name, "found": found, "theirs": logits.tolist(), "left": left}


@contextmanager
def _interrogator_in(folder: str) -> Iterator[None]:
    from modules import shared

    before, shared.cmd_opts.clip_models_path = shared.cmd_opts.clip_models_path, folder
    try:
        yield
    finally:
        shared.cmd_opts.clip_models_path = before


@contextmanager
def _no_download() -> Iterator[None]:
    from clip import clip

    def refused(*_: object) -> str:
        raise AssertionError("something was to be downloaded")

    before, clip._download = clip._download, refused
    try:
        yield
    finally:
        clip._download = before
