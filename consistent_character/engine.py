"""What the five steps ask of the machine that draws and learns: the web UI, or diffusers without one.

Requests are frozen values that go down; pictures, iterations and progress come up. Nothing here imports a host.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
from PIL.Image import Image

from consistent_character.findings import Finding

Sampler = Literal["Euler a", "Euler", "DPM++ 2M", "DPM++ 2M Karras"]
LatentSampling = Literal["once", "deterministic", "random"]
Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class EmbeddingFile:
    """A saved embedding that a prompt may name.

    `name` is the word that stands for it in prompts: case-insensitive, one embedding may be loaded under several names.
    """

    name: str
    path: Path


@dataclass(frozen=True)
class RenderRequest:
    """One picture. `seed` alone decides the noise, whatever else is in the batch; sizes are in pixels."""

    prompt: str
    seed: int
    negative_prompt: str = ""
    width: int = 512
    height: int = 512
    sampler: Sampler = "DPM++ 2M Karras"
    steps: int = 30
    cfg_scale: float = 7.0
    embeddings: tuple[EmbeddingFile, ...] = ()


@dataclass(frozen=True)
class Rendered:
    """A finished picture, its request, and its generation parameters in A1111's infotext format."""

    request: RenderRequest
    image: Image
    infotext: str


@dataclass(frozen=True)
class CheckpointInfo:
    """The model's weights in use.

    `name` is the file's name without folder or ending, `sha256` of the file, `size` the native picture edge in pixels.
    """

    name: str
    sha256: str
    size: int
    path: Path


@dataclass(frozen=True)
class TrainingExample:
    """One image and the caption that fills `[filewords]`."""

    image: Path
    caption: str


@dataclass(frozen=True)
class PreviewRequest:
    """The picture made while training.

    `prompt` names the embedding as a user would; `seed` -1 draws a new one each time.
    """

    prompt: str
    negative_prompt: str = ""
    seed: int = -1
    sampler: Sampler = "Euler a"
    steps: int = 20
    cfg_scale: float = 7.0
    width: int = 512
    height: int = 512

    def picture(self, seed: int) -> RenderRequest:
        """The picture to draw, with its own seed, or `seed` where it has none."""
        return RenderRequest(
            prompt=self.prompt,
            seed=self.seed if self.seed >= 0 else seed,
            negative_prompt=self.negative_prompt,
            width=self.width,
            height=self.height,
            sampler=self.sampler,
            steps=self.steps,
            cfg_scale=self.cfg_scale,
        )


@dataclass(frozen=True)
class TrainRequest:
    """One textual inversion run, with the meaning that A1111's Train tab gives every setting.

    `learn_rate` may be a schedule such as `0.005:100, 0.001`. `template` holds lines with `[name]` and `[filewords]`.
    `save_every` and `preview_every` count optimizer updates, 0 is never. `folder` receives `embeddings/`, `previews/`
    and `loss.csv`; a folder that holds iterations already is gone on with from the last one.
    """

    name: str
    folder: Path
    examples: tuple[TrainingExample, ...]
    initialization_text: str = "woman"
    num_vectors: int = 8
    learn_rate: str = "0.002"
    batch_size: int = 1
    gradient_accumulation: int = 1
    steps: int = 200
    template: tuple[str, ...] = ("[name], [filewords]",)
    width: int = 512
    height: int = 512
    latent_sampling: LatentSampling = "once"
    save_every: int = 10
    preview_every: int = 0
    preview: PreviewRequest | None = None
    seed: int = 0


@dataclass(frozen=True)
class Iteration:
    """An embedding saved during training; `step` is the true number of updates it has seen."""

    step: int
    path: Path


@dataclass(frozen=True)
class EmbeddingContent:
    """What an embedding file holds: vectors `(num_vectors, width)`, and what it says about itself.

    `step` is the updates that they have seen as the file tells it, whatever its name; None and empty: it does not say.
    `notes` is what else is said of them, in words.
    """

    vectors: Vectors
    name: str = ""
    step: int | None = None
    checkpoint_hash: str = ""
    checkpoint_name: str = ""
    notes: str = ""


@dataclass(frozen=True)
class LossRequest:
    """What the losses of saved embeddings are read from: the same images, noise and timesteps for each of them.

    `probes` is the number of (image, noise, timestep) triples; `name` is the word that stands for the embedding in the
    captions and in `template`, as in `TrainRequest`.
    """

    name: str
    examples: tuple[TrainingExample, ...]
    embeddings: tuple[Path, ...]
    template: tuple[str, ...] = ("[name], [filewords]",)
    width: int = 512
    height: int = 512
    probes: int = 16
    seed: int = 0


class TrainingWatch(Protocol):
    """What is told of a training run while it goes.

    Each method may raise `Interrupted` to stop the run; what is saved stays.
    """

    def stepped(self, step: int, steps: int, loss: float) -> None:
        """Update `step` of `steps` is done; `loss` is that update's mean squared error."""

    def saved(self, iteration: Iteration) -> None:
        """An iteration is on disk, whole."""

    def previewed(self, step: int, image: Path) -> None:
        """A preview is on disk."""


class Trainer(Protocol):
    """A host that can train an embedding."""

    def train(self, request: TrainRequest, watch: TrainingWatch) -> tuple[Iteration, ...]:
        """Train; returns all iterations on disk, first to last (also those of the run that was gone on with).

        Raises:
            RequestError: a setting that cannot be used, with what to change.
            Interrupted: `watch` stopped the run; `folder` can be gone on with.
        """

    def findings(self, request: TrainRequest, checkpoint: str) -> Iterable[Finding]:
        """What about this host would spoil the run if it were trained now, within the engine's `on(checkpoint)`.

        Nothing is changed. A host that cannot go wrong by itself finds nothing.
        """

    def mend(self, finding: Finding) -> None:
        """Do what the fix of one of its own findings says.

        Raises:
            RequestError: the host cannot.
        """

    def losses(self, request: LossRequest) -> Iterator[Vectors]:
        """The loss of each of `request.embeddings` in their order, nothing sampled and nothing changed.

        Each is `(probes,)`: mean squared errors at the same images, noises and timesteps for every embedding.

        Raises:
            RequestError: an embedding cannot be read.
        """


class Vocabulary(Protocol):
    """The model's token vectors, and the embedding files that fit them."""

    def read(self, path: Path) -> EmbeddingContent:
        """An embedding file in any form in use: .pt and .bin, .safetensors, and PNG or WebP with an embedding in it.

        Opened with nothing that could run what a file brings along.

        Raises:
            RequestError: there is none, it is no embedding, it is damaged, or it is one for another model.
        """

    def write(self, path: Path, content: EmbeddingContent) -> None:
        """Write a .pt, or a .safetensors where `path` ends so, whole or not at all.

        Raises:
            OSError: it cannot be written.
        """

    def words(self, text: str) -> Vectors:
        """The vectors of a text's tokens, `(tokens, width)`, without start and end, emphasis taken off."""

    def norms(self) -> Vectors:
        """The length of every vector in the model's own vocabulary, `(tokens,)`."""


class Adherence(Protocol):
    """A model of pictures and texts (CLIP) that the host has on its disk already."""

    @property
    def name(self) -> str:
        """The model, for people."""

    def similarities(self, text: str, pictures: Sequence[Path]) -> Vectors:
        """The cosine between a text and each picture file, `(pictures,)`, -1..1. Afterwards the model is let go of.

        Raises:
            RequestError: the model's file or a picture cannot be read.
        """


class Engine(Protocol):
    """A host that can draw. `trainer` is None where it cannot train (Forge), `adherence` where it has no such model."""

    @property
    def checkpoint(self) -> CheckpointInfo:
        """The checkpoint in use."""

    @property
    def trainer(self) -> Trainer | None:
        """The trainer, if the host has one."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The token vectors of the checkpoint in use."""

    @property
    def adherence(self) -> Adherence | None:
        """What compares pictures with texts, if the host has it; nothing is ever downloaded for that."""

    def checkpoints(self) -> tuple[str, ...]:
        """The checkpoints that `on` can put to use, by the host's own names."""

    def on(self, checkpoint: str) -> AbstractContextManager[None]:
        """Within it that checkpoint (a name or a path) is in use, afterwards the one before; empty: no change.

        Raises:
            CheckpointError: the host has no such checkpoint.
        """

    def render(self, requests: Iterable[RenderRequest]) -> Iterator[Rendered]:
        """Draw, in order, each as soon as it is finished.

        Requests are batched freely, and pulled only as they are needed.

        Raises:
            UnsafePrompt: a request pairs sexual wording with somebody described as a minor; nothing of that batch is
            drawn.
        """

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` in the model's tokenizer, without start and end, emphasis taken off."""

    def known_tokens(self, word: str) -> tuple[int, ...]:
        """The token ids of a word; a single id means the word is in the model's own vocabulary."""

    def embedding_names(self) -> tuple[str, ...]:
        """Names of the embeddings that prompts on this host may use already; no new one may take any of them."""
