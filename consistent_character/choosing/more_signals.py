"""Signals that some hosts can give: losses where it can train, adherence to the prompt where it has CLIP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from consistent_character.choosing.files_read import affordable, losses_read
from consistent_character.choosing.rendering import Planned
from consistent_character.choosing.request import ForestRequest
from consistent_character.choosing.signals.adherence import adherence_signals
from consistent_character.choosing.signals.signal import Signal
from consistent_character.choosing.subject import Subject
from consistent_character.choosing.training_set import Reference, evenly
from consistent_character.engine import Engine, TrainingExample, Vectors
from consistent_character.errors import RequestError
from consistent_character.progress import Progress
from consistent_character.prompts import emphasis

Rows = Mapping[int, Sequence[Planned]]
"""Pictures that were drawn, by the step of the iteration."""
_ENOUGH = 16
"""Training pictures that CLIP looks at."""


@dataclass(frozen=True)
class MoreSignals:
    """Reads them. They only inform: where one of them cannot be read it is left out, and the test is whole without."""

    subject: Subject
    request: ForestRequest
    engine: Engine
    framed: Sequence[Reference]
    progress: Progress

    def of(self, rows: Rows, baseline: Sequence[Planned]) -> dict[int, tuple[Signal, ...]]:
        """What there is to say of each step.

        Raises:
            UnsafePrompt: a caption is refused.
            Interrupted: the user stopped it.
        """
        found = (self._adherence(rows, baseline), self._losses(rows, len(baseline)))
        return {step: tuple(one[step] for one in found if step in one) for step in rows}

    def _losses(self, rows: Rows, baseline: int) -> dict[int, Signal]:
        engine, subject = self.engine, self.subject
        pictures = baseline + sum(map(len, rows.values()))
        drawn = [one for one in subject.iterations if one.step in rows]
        count, probes = affordable(pictures, self.request, len(drawn), engine.checkpoint.size)
        if not count:
            return {}
        drawn = [drawn[place] for place in np.linspace(0, len(drawn) - 1, count).round().astype(int)]
        examples = [TrainingExample(one.path, one.caption) for one in subject.references]
        beginning = subject.initialization_text or self.request.class_word
        try:
            return losses_read(drawn, examples, subject.token, beginning, engine, probes, self.progress)
        except RequestError:
            return {}

    def _adherence(self, rows: Rows, baseline: Sequence[Planned]) -> dict[int, Signal]:
        model = self.engine.adherence
        if model is None:
            return {}
        text = emphasis.plain(self.request.class_prompt)
        few = evenly(self.framed, _ENOUGH)
        groups = [[one.path for one in few], *([one.path for one in some] for some in (baseline, *rows.values()))]
        self.progress.begin(f"Forest test: {model.name} looks at the pictures", total=1)
        self.progress.advance(0)
        try:
            found = model.similarities(text, list(chain(*groups)))
        except RequestError:
            return {}
        self.progress.advance()
        training_set, strangers, *own = _split(found, [len(paths) for paths in groups])
        return adherence_signals(dict(zip(rows, own, strict=True)), training_set, strangers, model.name)


def _split(found: Vectors, lengths: Sequence[int]) -> list[Vectors]:
    ends = [sum(lengths[: place + 1]) for place in range(len(lengths))]
    return [found[end - length : end] for end, length in zip(ends, lengths, strict=True)]
