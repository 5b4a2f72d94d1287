"""An engine that draws and trains in no time: a seeded picture for every prompt, files where a trainer leaves them."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from consistent_character.engine import (
    Adherence,
    CheckpointInfo,
    EmbeddingContent,
    Engine,
    Iteration,
    LossRequest,
    Rendered,
    RenderRequest,
    Trainer,
    TrainingWatch,
    TrainRequest,
    Vectors,
)
from consistent_character.errors import Interrupted, RequestError
from consistent_character.findings import Finding

VOCABULARY = ("woman", "man", "a", "photo", "of", "gray", "background", "forest")
"""The words that the fake model knows as one token each."""

_WORD = re.compile(r"\w+|[^\w\s]")
_INFOTEXT = (
    "{prompt}\n{negative}Steps: {steps}, Sampler: {sampler}, CFG scale: {cfg:g}, Seed: {seed}, Size: {width}x{height}"
)


def draw(request: RenderRequest) -> Image.Image:
    """A gray wall with a person of sorts; the prompt decides the colours, the seed where everything is."""
    colours = Random(hashlib.sha256(request.prompt.encode()).digest())
    places = Random(request.seed)
    image = Image.new("RGB", (request.width, request.height), (128, 128, 128))
    pen = ImageDraw.Draw(image)
    for size in (0.5, 0.35, 0.2, 0.12):
        x, y = (places.uniform(0.25, 0.75) * edge for edge in image.size)
        reach = size / 2 * min(image.size)
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=tuple(colours.choices(range(256), k=3)))
    return image


def infotext(request: RenderRequest) -> str:
    """The generation parameters as A1111 writes them."""
    negative = f"Negative prompt: {request.negative_prompt}\n" if request.negative_prompt else ""
    return _INFOTEXT.format(
        prompt=request.prompt,
        negative=negative,
        steps=request.steps,
        sampler=request.sampler,
        cfg=request.cfg_scale,
        seed=request.seed,
        width=request.width,
        height=request.height,
    )


class FakeTrainer:
    """Saves iterations that hold their step, goes on from the last one, and logs a loss for every step."""

    def __init__(self, interrupt_at: int = 0) -> None:
        self.requests: list[TrainRequest] = []
        self.found: list[Finding] = []
        self._interrupt_at = interrupt_at

    def train(self, request: TrainRequest, watch: TrainingWatch) -> tuple[Iteration, ...]:
        """As `Trainer.train` says; `interrupt_at` stops it after that step, as a power cut would."""
        self.requests.append(request)
        embeddings = request.folder / "embeddings"
        embeddings.mkdir(parents=True, exist_ok=True)
        found = sorted(int(path.stem.rsplit("-", 1)[1]) for path in embeddings.glob("*.pt"))
        for step in range((found[-1] if found else 0) + 1, request.steps + 1):
            self._step(request, step, watch)
            if step == self._interrupt_at:
                self._interrupt_at = 0
                raise Interrupted("stopped")
        found = sorted(int(path.stem.rsplit("-", 1)[1]) for path in embeddings.glob("*.pt"))
        return tuple(Iteration(step, embeddings / f"{request.name}-{step}.pt") for step in found)

    def findings(self, request: TrainRequest, checkpoint: str) -> tuple[Finding, ...]:
        """What the test has put into `found`."""
        return tuple(self.found)

    def mend(self, finding: Finding) -> None:
        """Remembers it, and finds it no more."""
        self.found.remove(finding)

    def losses(self, request: LossRequest) -> Iterator[Vectors]:
        """Falling with the step that the file holds."""
        for path in request.embeddings:
            step = FakeVocabulary().read(path).step or 0
            yield (np.linspace(0.5, 1.5, request.probes) / (1 + step)).astype(np.float32)

    def _step(self, request: TrainRequest, step: int, watch: TrainingWatch) -> None:
        with (request.folder / "loss.csv").open("a", encoding="utf-8") as log:
            log.write(f"{step},{1 / step}\n")
        if request.save_every and (step % request.save_every == 0 or step == request.steps):
            path = request.folder / "embeddings" / f"{request.name}-{step}.pt"
            path.write_bytes(str(step).encode())
            watch.saved(Iteration(step, path))
        watch.stepped(step, request.steps, 1 / step)


class FakeVocabulary:
    """Vectors of eight numbers, the same for the same word each time; files hold a step, or all as JSON."""

    def read(self, path: Path) -> EmbeddingContent:
        """What `write` wrote; or a step alone, whose vectors are as far from those of `woman`."""
        try:
            document = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise RequestError(f"{path.name} cannot be read: the file is damaged or cut off.") from error
        if isinstance(document, int):
            return EmbeddingContent(self.words("woman") + np.float32(document / 100), path.stem, document)
        return EmbeddingContent(np.array(document.pop("vectors"), dtype=np.float32), **document)

    def write(self, path: Path, content: EmbeddingContent) -> None:
        """As JSON."""
        path.write_text(json.dumps({**vars(content), "vectors": content.vectors.tolist()}), encoding="utf-8")

    def words(self, text: str) -> Vectors:
        """One vector for each word, of length 1."""
        seeds = [zlib.crc32(word.encode()) for word in _WORD.findall(text.lower())]
        rows = [np.random.default_rng(seed).normal(size=8) for seed in seeds]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32).reshape(-1, 8)

    def norms(self) -> Vectors:
        """All vectors are of length 1."""
        return np.ones(len(VOCABULARY), dtype=np.float32)


class FakeEngine:
    """Implements `Engine`. `on_render` is called before each picture, to interrupt or to break something there."""

    def __init__(
        self,
        *,
        trainer: FakeTrainer | None = None,
        on_render: Callable[[RenderRequest], None] = lambda request: None,
        painter: Callable[[RenderRequest], Image.Image] = draw,
        sha256: str = "f" * 64,
        embeddings: tuple[str, ...] = (),
        adherence: Adherence | None = None,
    ) -> None:
        self._trainer = trainer
        self._on_render = on_render
        self._painter = painter
        self._sha256 = sha256
        self._embeddings = embeddings
        self._adherence = adherence
        self.rendered: list[RenderRequest] = []
        self.used: list[str] = []

    @property
    def checkpoint(self) -> CheckpointInfo:
        """A checkpoint that is no file."""
        return CheckpointInfo(name="fake", sha256=self._sha256, size=64, path=Path("fake.safetensors"))

    @property
    def trainer(self) -> Trainer | None:
        """The trainer given, if any."""
        return self._trainer

    @property
    def vocabulary(self) -> FakeVocabulary:
        """One that knows every word."""
        return FakeVocabulary()

    @property
    def adherence(self) -> Adherence | None:
        """The one given, if any."""
        return self._adherence

    def checkpoints(self) -> tuple[str, ...]:
        """Two."""
        return ("fake", "other")

    @contextmanager
    def on(self, checkpoint: str) -> Iterator[None]:
        """Remembers in `used` which checkpoint was asked for, and when it was given back."""
        self.used.append(checkpoint)
        try:
            yield
        finally:
            self.used.append("as before")

    def render(self, requests: Iterable[RenderRequest]) -> Iterator[Rendered]:
        """Draws one by one, pulling each request only when its turn comes."""
        for request in requests:
            self._on_render(request)
            self.rendered.append(request)
            yield Rendered(request, self._painter(request), infotext(request))

    def count_tokens(self, text: str) -> int:
        """One token for a word of the vocabulary or a sign, one for every four letters of other words."""
        return sum(len(self.known_tokens(word)) for word in _WORD.findall(text))

    def known_tokens(self, word: str) -> tuple[int, ...]:
        """One id for a word of the vocabulary or a sign, one for every four letters begun otherwise."""
        if word.lower() in VOCABULARY or not word.isalnum():
            return (sum(map(ord, word)),)
        return tuple(sum(map(ord, word[start : start + 4])) for start in range(0, len(word), 4))

    def embedding_names(self) -> tuple[str, ...]:
        """The names given."""
        return self._embeddings


def as_engine(fake: FakeEngine) -> Engine:
    """The fake as what it stands for; mypy holds it against the Protocol here."""
    return fake
