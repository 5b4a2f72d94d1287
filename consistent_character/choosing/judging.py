"""Judging one iteration after the other, as each comes: the pictures and the figures of the forest test itself.

What is drawn lies in `forest-test/`: a forest test with the same settings finds it there and draws none of it again,
and a watch that was stopped goes on without drawing anything twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from consistent_character.choosing.kept import within
from consistent_character.choosing.onset import IN_A_ROW, SCENE_KEPT
from consistent_character.choosing.reading import Looker
from consistent_character.choosing.rendering import Album, Planned, draw_missing
from consistent_character.choosing.request import ForestRequest
from consistent_character.choosing.resampling import resampled
from consistent_character.choosing.subject import Subject
from consistent_character.choosing.training_set import framed
from consistent_character.choosing.verdict import Judged, Reading, choose
from consistent_character.choosing.watched import Seen, Watched
from consistent_character.engine import Engine, Iteration
from consistent_character.progress import Progress
from consistent_character.prompts import guard
from consistent_character.vision.seeing.sight import Sight

_BEYOND_DOUBT = 0.95


class Judge:
    """Judges iterations of one run. The class word's pictures, 1 of the scene and 0 of the likeness, are drawn first.

    `ahead` are iterations that will be judged at once: all their pictures are drawn together with the class word's.
    With `sight` models look at them too; their processes end after each look, as the next iteration may be far off.

    Raises:
        UnsafePrompt: the prompt pairs sexual wording with somebody described as a minor. Nothing is drawn.
        FolderError: the disk is full or may not be written. What was drawn is kept.
        Interrupted: the user stopped it. What was drawn is kept.
    """

    def __init__(
        self,
        subject: Subject,
        request: ForestRequest,
        engine: Engine,
        progress: Progress,
        ahead: Sequence[Iteration] = (),
        sight: Sight | None = None,
    ) -> None:
        # An iteration's name hides whom it draws: the look is read with the prompt.
        guard.check(f"{subject.look}, {request.class_prompt}")
        self._subject, self._request, self._engine = subject, request, engine
        album = self._album(ahead)
        drawn = album.baseline(request.seeds)
        wanted = [*drawn, *(planned for one in ahead for planned in album.row(one.step, request.seeds))]
        like = framed(subject.references, request.class_prompt)
        self._sight = sight
        self._looker = Looker(subject.references, like.references, sight)
        draw_missing(wanted, engine, progress, "Forest watch", self._looker.take)
        self._instruments = self._looker.calibrate(drawn, progress)
        self._rest()
        self._rows: dict[int, tuple[Planned, ...]] = {}
        self._about = Watched(
            cannot_tell=self._instruments.no_scene,
            notes=tuple(note for note in (*subject.notes, like.note) if note),
            prompt=request.prompt,
            class_word=request.class_word,
            checkpoint=engine.checkpoint.name,
            seeds=request.seeds,
            baseline=tuple(self._within(planned.path) for planned in drawn),
        )

    @property
    def watched(self) -> Watched:
        """All that was judged so far, first to last."""
        if not self._rows:
            return self._about
        readings, instruments = self._looker.readings(self._rows), self._instruments
        choice = choose(readings, instruments.no_scene, instruments.likeness.cannot_tell)
        return replace(
            self._about,
            seen=tuple(map(self._seen, choice.iterations)),
            onset=choice.likeliest_onset,
            certain=choice.likeliest_onset is not None and beyond_doubt(readings, choice.iterations),
            recommended=choice.recommended,
            why=choice.why,
            notes=(*self._about.notes, *filter(None, [self._looker.note])),
        )

    def judge(self, iteration: Iteration, progress: Progress) -> Watched:
        """Draw an iteration as far as it is not drawn yet, and judge all that there is.

        Raises:
            RequestError: its file is no embedding, or one for another model.
            FolderError: it cannot be read, or the disk is full.
            Interrupted: the user stopped it. What was drawn is kept.
        """
        row = self._album([iteration]).row(iteration.step, self._request.seeds)
        draw_missing(row, self._engine, progress, "Forest watch", self._looker.take)
        self._looker.see(row, progress)
        self._rest()
        self._rows[iteration.step] = row
        return self.watched

    def _rest(self) -> None:
        if self._sight is not None:
            self._sight.close()

    def _album(self, iterations: Sequence[Iteration]) -> Album:
        subject = self._subject
        return Album(subject.path, subject.token, self._request, iterations, self._engine.checkpoint)

    def _seen(self, judged: Judged) -> Seen:
        return Seen(
            judged.step,
            judged.scene,
            judged.likeness,
            judged.verdict,
            judged.confidence,
            judged.reason,
            tuple(self._within(planned.path) for planned in self._rows[judged.step]),
            judged.scene_band,
            judged.likeness_band,
        )

    def _within(self, path: Path) -> str:
        return within(path, self._subject.path)


def beyond_doubt(readings: Sequence[Reading], judged: Sequence[Judged]) -> bool:
    """Whether what is overtrained at the end will stay so: the last iterations in a row have all lost their scene.

    The same seeds are resampled for all of them, so that one seed which loses every scene counts once and not each
    time: in 95 % of the resamples all of them must be lost at once.
    """
    last = judged[-IN_A_ROW:]
    if len(last) < IN_A_ROW or any(one.verdict != "overtrained" for one in last):
        return False
    lost = [resampled(reading.scene) < SCENE_KEPT for reading in readings[-IN_A_ROW:]]
    return bool(np.all(lost, axis=0).mean() >= _BEYOND_DOUBT)
