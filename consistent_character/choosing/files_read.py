"""What the files of a run's iterations tell by themselves, before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from consistent_character.choosing.request import ForestRequest
from consistent_character.choosing.signals.collapse import collapse_signal
from consistent_character.choosing.signals.drift import drift_signal, motion_signal
from consistent_character.choosing.signals.finite import finite_signal, unreadable_signal
from consistent_character.choosing.signals.loss import loss_signals
from consistent_character.choosing.signals.norms import norms_signal
from consistent_character.choosing.signals.signal import Signal
from consistent_character.engine import (
    EmbeddingContent,
    Engine,
    Iteration,
    LossRequest,
    TrainingExample,
    Vectors,
    Vocabulary,
)
from consistent_character.errors import RequestError, UserError
from consistent_character.progress import Progress, Silent

_SHARE, _LARGEST_SHARE = 0.005, 0.01
"""Of the pictures' passes, and for the fewest readings that say anything. Read a few at a time, a pass takes longer."""
_FEWEST_PROBES, _MOST_PROBES = 3, 16
_FEWEST = 3
"""Iterations whose losses say anything together."""
_BESIDES = 3
"""For every probe there is the beginning's loss too, and a picture to be encoded."""


def file_signals(
    iterations: Sequence[Iteration], vocabulary: Vocabulary, initialization_text: str
) -> dict[int, tuple[Signal, ...]]:
    """What each file tells, by its step; a file that cannot be read has one signal, `finite`, which is bad.

    Args:
        iterations: those of one run.
        vocabulary: that of the model which the run is for.
        initialization_text: what the vectors began as, as far as anybody said; empty where nobody did.
    """
    lengths = vocabulary.norms()
    words = vocabulary.words(initialization_text) if initialization_text.strip() else None
    found: dict[int, tuple[Signal, ...]] = {}
    before: tuple[int, Vectors] | None = None
    for iteration in sorted(iterations, key=lambda one: one.step):
        try:
            vectors = vocabulary.read(iteration.path).vectors
        except RequestError as error:
            found[iteration.step] = (unreadable_signal(str(error)),)
            continue
        finite = finite_signal(vectors)
        told = () if finite.bad else tuple(_told(iteration.step, vectors, lengths, words, before))
        found[iteration.step] = (finite, *told)
        before = (iteration.step, vectors) if told else before
    return found


def _told(
    step: int, vectors: Vectors, lengths: Vectors, words: Vectors | None, before: tuple[int, Vectors] | None
) -> Iterator[Signal]:
    yield norms_signal(vectors, lengths)
    if words is not None and len(words):
        yield drift_signal(vectors, begun(words, len(vectors)))
    if before is not None and before[1].shape == vectors.shape:
        yield motion_signal(vectors, before[1], step - before[0])
    yield collapse_signal(vectors)


def begun(words: Vectors, num_vectors: int) -> Vectors:
    """The vectors `(num_vectors, width)` that begin as words `(n, width)`, n at least 1, each as often as it takes.

    Source: `modules/textual_inversion/textual_inversion.py: create_embedding` of A1111 1.10.1.
    """
    few = words[:num_vectors]
    return np.stack([few[place * len(few) // num_vectors] for place in range(num_vectors)])


def losses_read(
    iterations: Sequence[Iteration],
    examples: Sequence[TrainingExample],
    token: str,
    initialization_text: str,
    engine: Engine,
    probes: int = 16,
    progress: Progress | None = None,
) -> dict[int, Signal]:
    """The loss of each iteration that can be read, by its step; none where the host has no trainer or no pictures.

    Raises:
        RequestError: a training picture is gone, or a caption cannot be trained with.
        UnsafePrompt: a caption is refused.
        Interrupted: the user stopped it.
    """
    trainer, vocabulary = engine.trainer, engine.vocabulary
    readable = [iteration for iteration in iterations if _is_sound(iteration.path, vocabulary)]
    words = vocabulary.words(initialization_text)
    if trainer is None or not examples or not readable or not len(words):
        return {}
    edge = engine.checkpoint.size
    count = len(vocabulary.read(readable[0].path).vectors)
    with TemporaryDirectory() as folder:
        beginning = Path(folder) / "beginning.safetensors"
        vocabulary.write(beginning, EmbeddingContent(begun(words, count), "beginning", 0))
        paths = (beginning, *(iteration.path for iteration in readable))
        request = LossRequest(token, tuple(examples), paths, width=edge, height=edge, probes=probes)
        first, *rest = _told_of(trainer.losses(request), len(paths), progress or Silent())
    steps = [iteration.step for iteration in readable]
    return loss_signals(dict(zip(steps, rest, strict=True)), first)


def _told_of(losses: Iterable[Vectors], total: int, progress: Progress) -> Iterator[Vectors]:
    progress.begin("Forest test: losses", total)
    for found in losses:
        progress.advance()
        yield found


def affordable(pictures: int, request: ForestRequest, iterations: int, edge: int) -> tuple[int, int]:
    """How many iterations' losses can be read, from how many probes each, at about a hundredth of the pictures' time.

    Args:
        pictures: how many the test has drawn.
        request: what it has drawn them by.
        iterations: how many there are.
        edge: the size in pixels that losses are read at.

    Returns:
        Both numbers; 0 and 0 where it would be too few to say anything.
    """
    # Every step goes through the model twice, with the prompt and without; decoding a picture costs about as much again
    # as one or two steps, and so does encoding one.
    passes = pictures * (2 * request.steps + 3) * request.width * request.height / edge**2
    budget = max(_SHARE * passes, min(_LARGEST_SHARE * passes, _FEWEST_PROBES * (_FEWEST + _BESIDES)))
    if (probes := int(budget / (iterations + _BESIDES))) >= _FEWEST_PROBES:
        return iterations, min(probes, _MOST_PROBES)
    some = int(budget / _FEWEST_PROBES) - _BESIDES
    return (some, _FEWEST_PROBES) if some >= _FEWEST else (0, 0)


def _is_sound(path: Path, vocabulary: Vocabulary) -> bool:
    try:
        return not finite_signal(vocabulary.read(path).vectors).bad
    except UserError:
        return False
