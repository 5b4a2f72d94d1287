"""The web UI as an engine: what is loaded there draws, and its own trainer trains."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import islice
from typing import Any

from modules import safe

from consistent_character.engine import Adherence, CheckpointInfo, Rendered, RenderRequest, Trainer
from consistent_character.hosts.limits import check_settings
from consistent_character.hosts.token_vectors import TokenVectors
from consistent_character.hosts.webui.adherence import find_adherence
from consistent_character.hosts.webui.base_checkpoint import checkpoint_in_use, checkpoint_names
from consistent_character.hosts.webui.checkpoints import Checkpoints, drawing_model, loaded_model
from consistent_character.hosts.webui.embeddings import known_names
from consistent_character.hosts.webui.kinds import kind
from consistent_character.hosts.webui.rendering import Drawing
from consistent_character.hosts.webui.samplers import sampler_and_scheduler
from consistent_character.hosts.webui.training import find_trainer
from consistent_character.hosts.webui.words import Words
from consistent_character.prompts import emphasis, guard

_SEEDS = 2**32 - 1


class WebUIEngine:
    """Draws and trains in the web UI; `engine.Engine` says what each method means.

    Call `render` and the trainer with the web UI's queue held.
    """

    def __init__(self) -> None:
        self._checkpoints = Checkpoints()
        self._trainer = find_trainer()
        self._words = Words()

    @property
    def checkpoint(self) -> CheckpointInfo:
        """The checkpoint in use.

        Raises:
            CheckpointError: none is loaded.
        """
        return self._checkpoints.info(loaded_model())

    @property
    def trainer(self) -> Trainer | None:
        """The web UI's trainer; None where it has no Train tab."""
        return self._trainer

    @property
    def vocabulary(self) -> TokenVectors:
        """The token vectors of the checkpoint in use."""
        # torch's own loader: the web UI's takes what a newer torch has written for malicious.
        return TokenVectors(_table, _ids, safe.unsafe_torch_load)

    @property
    def adherence(self) -> Adherence | None:
        """The CLIP model of the web UI's interrogator; None where nobody has used that yet."""
        return find_adherence()

    def checkpoints(self) -> tuple[str, ...]:
        """The checkpoints of the web UI's menu."""
        return checkpoint_names()

    def on(self, checkpoint: str) -> AbstractContextManager[None]:
        """With that checkpoint loaded, and afterwards the one before. Hold the web UI's queue.

        Raises:
            CheckpointError: the web UI has none of that name.
        """
        return checkpoint_in_use(checkpoint)

    def count_tokens(self, text: str) -> int:
        """Tokens of a prompt, without start and end, emphasis taken off; embeddings count as the words they are."""
        words = [run.text for run in emphasis.parse(text) if not run.is_break]
        return sum(len(ids) for ids in _tokenize(words)) if words else 0

    def known_tokens(self, word: str) -> tuple[int, ...]:
        """The token ids of a word; one alone means that the model knows the word."""
        return tuple(_ids(word))

    def embedding_names(self) -> tuple[str, ...]:
        """The web UI's embeddings, whether they fit the checkpoint in use or not."""
        return known_names()

    def render(self, requests: Iterable[RenderRequest]) -> Iterator[Rendered]:
        """Draw, in order. Seed -1 draws one; the answer's request then holds it.

        Raises:
            UnsafePrompt: a prompt is refused; nothing of its batch is drawn.
            RequestError: a setting outside its range, or an embedding that cannot be used.
            CheckpointError: the checkpoint in use is no Stable Diffusion 1.x.
            Interrupted: somebody pressed Interrupt or Skip in the web UI.
        """
        drawing = Drawing(drawing_model(), self._words.of_this_job())
        waiting = iter(requests)
        while first := next(waiting, None):
            check_settings(first)
            batch = [first, *islice(waiting, drawing.batch_size(first) - 1)]
            yield from drawing.draw([_checked(request) for request in batch])


def _checked(request: RenderRequest) -> RenderRequest:
    guard.check(request.prompt)
    check_settings(request)
    sampler_and_scheduler(request.sampler)
    return request if request.seed >= 0 else replace(request, seed=secrets.randbelow(_SEEDS))


def _tokenize(texts: list[str]) -> Any:
    return kind().reader(loaded_model()).tokenize(texts)


def _table() -> Any:
    model = loaded_model()
    return kind().table_of_words(model)


def _ids(text: str) -> list[int]:
    return [*_tokenize([text])[0]]
