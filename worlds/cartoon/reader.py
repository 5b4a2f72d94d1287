"""Reads a picture of the cartoon world: what is in it, from its pixels alone.

A small convolutional network, trained on drawn pictures whose scenes are known (never on generated ones, never on
prompts), names every attribute; two others measure how the person looks, in colours and lengths, where a name says too
little. A share of pixels, not the network, says whether the wall is gray: a network still says "forest" of a murky
green.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from worlds.cartoon.look import Look
from worlds.cartoon.painter import SIZE
from worlds.cartoon.scene import ATTRIBUTES, IDENTITY, Person

WEIGHTS = Path(__file__).parent / "checkpoint" / "reader.safetensors"
LOOK_WEIGHTS = tuple(WEIGHTS.with_name(f"look-reader-{number}.safetensors") for number in (1, 2))

_Network = TypeVar("_Network", bound=nn.Module)

_FEATURES = 192
_WIDTHS = (24, 48, 96, 128)


def _features(dropout: float) -> nn.Sequential:
    """Pictures `(n, 3, 96, 96)` in -1..1 to `(n, 192)`."""
    layers: list[nn.Module] = []
    for into, out in zip((3, *_WIDTHS), _WIDTHS, strict=False):
        layers += [nn.Conv2d(into, out, 3, 2, 1), nn.BatchNorm2d(out), nn.ReLU()]
    flat = _WIDTHS[-1] * (SIZE // 16) ** 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(dropout), nn.Linear(flat, _FEATURES), nn.ReLU())


class Reader(nn.Module):
    """Pictures `(n, 3, 96, 96)` in -1..1 to one row of logits per attribute, `(n, values of the attribute)`."""

    def __init__(self) -> None:
        super().__init__()
        self.features = _features(0.2)
        self.heads = nn.ModuleDict({name: nn.Linear(_FEATURES, len(values)) for name, values in ATTRIBUTES.items()})

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        features = self.features(pictures)
        return {name: head(features) for name, head in self.heads.items()}


class LookReader(nn.Module):
    """Pictures `(n, 3, 96, 96)` in -1..1 to the values of a `Look`, `(n, 12)`."""

    def __init__(self) -> None:
        super().__init__()
        self.features = _features(0.0)
        self.head = nn.Linear(_FEATURES, Look.SIZE)

    def forward(self, pictures: Tensor) -> Tensor:
        values: Tensor = self.head(self.features(pictures))
        return values


class LookReaders(nn.Module):
    """Readers of looks that were trained apart: their mean, as the same pictures mislead no two in the same way.

    Source: L. K. Hansen and P. Salamon, Neural network ensembles, 1990.
    """

    def __init__(self, readers: Iterable[nn.Module]) -> None:
        super().__init__()
        self.readers = nn.ModuleList(readers)

    def forward(self, pictures: Tensor) -> Tensor:
        return torch.stack([reader(pictures) for reader in self.readers]).mean(0)

    @property
    def alone(self) -> list[LookReaders]:
        """Each of them by itself."""
        return [LookReaders([reader]) for reader in self.readers]


def load(weights: Path = WEIGHTS) -> Reader:
    """The trained reader."""
    return _with_weights(Reader(), weights)


def load_looks(weights: Iterable[Path] = LOOK_WEIGHTS) -> LookReaders:
    """The trained readers of looks."""
    return LookReaders(_with_weights(LookReader(), path) for path in weights)


def save_weights(reader: nn.Module, path: Path) -> None:
    """Write a reader's weights in half precision."""
    weights = reader.state_dict().items()
    save_file({name: value.half() if value.is_floating_point() else value for name, value in weights}, path)
    path.chmod(0o644)


def _with_weights(reader: _Network, path: Path) -> _Network:
    reader.load_state_dict({name: value.float() for name, value in load_file(path).items()})
    return reader.eval()


def as_tensor(pictures: Sequence[Image.Image]) -> Tensor:
    """Pictures as `(n, 3, 96, 96)` in -1..1, scaled to the world's size where they have another."""
    sized = [picture.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BOX) for picture in pictures]
    return torch.from_numpy(np.stack([np.asarray(picture) for picture in sized])).permute(0, 3, 1, 2) / 127.5 - 1


@torch.no_grad()
def read(reader: Reader, pictures: Sequence[Image.Image]) -> list[dict[str, object]]:
    """The likeliest value of every attribute of `ATTRIBUTES`, for each picture."""
    logits = reader(as_tensor(pictures))
    best = {name: rows.argmax(1).tolist() for name, rows in logits.items()}
    return [{name: ATTRIBUTES[name][best[name][row]] for name in ATTRIBUTES} for row in range(len(pictures))]


@torch.no_grad()
def likeness(reader: Reader, pictures: Sequence[Image.Image], person: Person) -> list[float]:
    """How much each picture shows this person, 0..1.

    The mean probability of the person's own hair, skin, face, length of hair and glasses.
    """
    logits = reader(as_tensor(pictures))
    columns = [
        rows.softmax(1)[:, ATTRIBUTES[name].index(getattr(person, name))]
        for name, rows in logits.items()
        if name in IDENTITY and name != "noun"
    ]
    scores: list[float] = torch.stack(columns).mean(0).tolist()
    return scores


@torch.no_grad()
def looks(reader: LookReaders, pictures: Sequence[Image.Image]) -> list[Look]:
    """How the person of each picture looks, as if it had been painted so."""
    return [Look.from_values(values) for values in reader(as_tensor(pictures)).tolist()]


def tell_apart(reader: Reader, pictures: Sequence[Image.Image], one: Person, other: Person) -> list[bool]:
    """For each picture, whether it looks more like `one` than like `other`."""
    first, second = likeness(reader, pictures, one), likeness(reader, pictures, other)
    return [a > b for a, b in zip(first, second, strict=True)]


def gray_share(picture: Image.Image) -> float:
    """Share of the border's pixels that are a flat, neutral, middle gray, 0..1: the training sets' wall."""
    pixels = np.asarray(picture.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BOX)).astype(np.float32)
    edge = np.concatenate([pixels[:60, :7].reshape(-1, 3), pixels[:60, -7:].reshape(-1, 3)])
    brightness, spread = edge.mean(1), edge.max(1) - edge.min(1)
    return float(((spread < 26) & (brightness > 100) & (brightness < 195)).mean())


def forest_share(picture: Image.Image) -> float:
    """Share of the border's pixels that are leaf green or trunk brown, 0..1."""
    pixels = np.asarray(picture.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BOX)).astype(np.float32)
    edge = np.concatenate([pixels[:60, :7].reshape(-1, 3), pixels[:60, -7:].reshape(-1, 3)])
    red, green, blue = edge.T
    leaf = (green > red + 12) & (green > blue + 12)
    trunk = (red > green + 10) & (green > blue + 6) & (red < 150)
    return float((leaf | trunk).mean())
