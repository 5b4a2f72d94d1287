"""The standalone engine: draws and trains with nothing but a checkpoint file."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby, islice
from pathlib import Path

from torch import Tensor

from consistent_character.engine import CheckpointInfo, EmbeddingFile, Rendered, RenderRequest
from consistent_character.errors import CheckpointError, RequestError
from consistent_character.hosts.embedding_files import Embedding, read_embedding
from consistent_character.hosts.standalone import devices
from consistent_character.hosts.standalone.checkpoint import checkpoints_beside, find_checkpoint
from consistent_character.hosts.standalone.conditioning import PromptReader, Words, count_tokens
from consistent_character.hosts.standalone.drawing import Job, check_request, draw
from consistent_character.hosts.standalone.infotexts import infotext_of
from consistent_character.hosts.standalone.model import Model, load_model
from consistent_character.hosts.standalone.schedule import stable_diffusion_schedule
from consistent_character.hosts.standalone.training import StandaloneTrainer
from consistent_character.hosts.token_vectors import TokenVectors
from consistent_character.prompts import guard

_SEEDS = 2**32
_REMEMBERED = 256
"""Embedding files that are kept in memory."""


class StandaloneEngine:
    """Draws and trains by diffusers; `engine.Engine` says what each method means."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._schedule = stable_diffusion_schedule()
        self._embeddings: dict[tuple[Path, int, int, int], Embedding] = {}
        self._words = Words(model)

    @classmethod
    def load(cls, checkpoint: Path | None = None, device: str = "auto") -> StandaloneEngine:
        """Load a Stable Diffusion 1.x checkpoint; None is the cartoon world's.

        Raises:
            CheckpointError: it cannot be used; the message says why and what to do.
            RequestError: there is no such device.
        """
        return cls.on_device(devices.pick(device), checkpoint)

    @classmethod
    def on_device(cls, device: devices.Device, checkpoint: Path | None = None) -> StandaloneEngine:
        """The same, on a device that is at hand.

        Raises:
            CheckpointError: as for `load`.
        """
        return cls(load_model(checkpoint or cartoon_world_checkpoint(), device))

    @property
    def checkpoint(self) -> CheckpointInfo:
        """The checkpoint in use; the first call reads the whole file for its hash."""
        return self.model.info

    @property
    def trainer(self) -> StandaloneTrainer:
        """The trainer on the same model."""
        return StandaloneTrainer(self.model, self._schedule)

    @property
    def vocabulary(self) -> TokenVectors:
        """The token vectors of the checkpoint in use."""
        return TokenVectors(self._table, PromptReader(self.model.tokenizer, {}).tokens)

    @property
    def adherence(self) -> None:
        """None: there is no such model beside a checkpoint."""
        return None

    def checkpoints(self) -> tuple[str, ...]:
        """The checkpoints in the folder of the one in use, that one first."""
        return checkpoints_beside(self.model.path)

    @contextmanager
    def on(self, checkpoint: str) -> Iterator[None]:
        """That checkpoint: the one in use, one beside it, or any file; afterwards the one before.

        Raises:
            CheckpointError: it is not here, or cannot be used.
        """
        before = self.model
        found = find_checkpoint(before.path, checkpoint) if checkpoint else before.path
        if found is None:
            raise CheckpointError(f"There is no checkpoint {checkpoint} here: put its file into {before.path.parent}.")
        if found != before.path:
            self.model = load_model(found, before.device)
        try:
            yield
        finally:
            self.model = before

    def count_tokens(self, text: str) -> int:
        """Tokens of a prompt, without start and end, emphasis taken off."""
        return count_tokens(self.model.tokenizer, text)

    def known_tokens(self, word: str) -> tuple[int, ...]:
        """The token ids of a word; one alone means that the model knows the word."""
        return tuple(PromptReader(self.model.tokenizer, {}).tokens(word))

    def embedding_names(self) -> tuple[str, ...]:
        """None: a request brings the files of its embeddings along."""
        return ()

    def render(self, requests: Iterable[RenderRequest]) -> Iterator[Rendered]:
        """Draw, in order. Seed -1 draws one; the answer's request then holds it.

        Raises:
            UnsafePrompt: a prompt is refused; nothing of its batch is drawn.
            RequestError: a setting outside its range, or an embedding that cannot be used.
        """
        waiting = iter(requests)
        while first := next(waiting, None):
            check_request(first)
            size = self.model.device.batch_size(first.width, first.height)
            yield from self._render_batch([first, *islice(waiting, size - 1)])

    def _render_batch(self, requests: list[RenderRequest]) -> Iterator[Rendered]:
        for request in requests:
            guard.check(request.prompt)
            check_request(request)
        jobs = [self._job(request) for request in requests]
        order = sorted(range(len(jobs)), key=lambda place: repr(jobs[place].company))
        drawn: dict[int, Rendered] = {}
        for _, group in groupby(order, key=lambda place: jobs[place].company):
            places = list(group)
            images = draw(self._words_in_use(), self._schedule, [jobs[place] for place in places])
            for place, image in zip(places, images, strict=True):
                request = jobs[place].request
                drawn[place] = Rendered(request, image, infotext_of(request, self.checkpoint))
        yield from (drawn[place] for place in range(len(jobs)))

    def _words_in_use(self) -> Words:
        """What prompts come to in the model in use; another model reads them anew."""
        if self._words.model is not self.model:
            self._words = Words(self.model)
        return self._words

    def _job(self, request: RenderRequest) -> Job:
        if request.seed < 0:
            request = replace(request, seed=secrets.randbelow(_SEEDS))
        vectors = self._vectors(request.embeddings)
        reader = PromptReader(self.model.tokenizer, {name: len(found) for name, found in vectors.items()})
        return Job(request, reader.lay_out(request.prompt), reader.lay_out(request.negative_prompt), vectors)

    def _vectors(self, files: tuple[EmbeddingFile, ...]) -> Mapping[str, Tensor]:
        return {file.name: self._embedding(file.path).vectors for file in files}

    def _table(self) -> Tensor:
        weight = self.model.token_embedding().weight
        assert isinstance(weight, Tensor)
        return weight

    def _embedding(self, path: Path) -> Embedding:
        """Read an embedding, or remember it if the file has not changed since."""
        if not path.is_file():
            raise RequestError(f"There is no embedding at {path}.")
        about = path.stat()
        key = (path, about.st_mtime_ns, about.st_size, self.model.width)
        if key not in self._embeddings:
            while len(self._embeddings) >= _REMEMBERED:
                self._embeddings.pop(next(iter(self._embeddings)))
            found = read_embedding(path, self.model.width)
            self._embeddings[key] = replace(found, vectors=found.vectors.to(self.model.device.where))
        return self._embeddings[key]


def cartoon_world_checkpoint() -> Path:
    """The embedded default.

    Raises:
        CheckpointError: it is not there, as in an installation without the repository's `worlds/`.
    """
    path = Path(__file__).resolve().parents[3] / "worlds" / "cartoon" / "checkpoint" / "cartoon-world.safetensors"
    if not path.is_file():
        raise CheckpointError(
            f"The cartoon world's checkpoint is not at {path}. "
            "Name a Stable Diffusion 1.x checkpoint, or fetch the whole repository."
        )
    return path
