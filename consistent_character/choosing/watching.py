"""Watching a run that this program trains: each saved iteration is judged as it comes, and may end the run.

Training knows nothing of judging: `Watcher` is handed to it, and is told of the run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing.judging import Judge
from consistent_character.choosing.request import NAME, ForestRequest
from consistent_character.choosing.subject import Subject
from consistent_character.choosing.training_set import Iterations, iterations_of, load_references
from consistent_character.choosing.watched import Watched, write_watched
from consistent_character.engine import Engine, Iteration, PreviewRequest, TrainRequest
from consistent_character.errors import FolderError, Overtrained, RequestError
from consistent_character.progress import Progress
from consistent_character.vision.seeing.sight import Sight

Tell = Callable[[str], None]
"""Takes a line for a person who looks on."""


def nobody(line: str) -> None:
    """Nobody looks on."""


@dataclass(frozen=True)
class Watcher:
    """Begins the watch of a training run of the folder's character, see `training.Watcher`."""

    folder: CharacterFolder
    engine: Engine
    tell: Tell = nobody
    sight: Sight | None = None

    def __call__(self, request: TrainRequest, seeds: int, stops: bool, progress: Progress) -> RunWatch | None:
        """Draw the class word's pictures, and judge what an interrupted run had saved; None where nothing can be told.

        Raises:
            Overtrained: that was overtrained already, and `stops`.
            FolderError: the disk is full or may not be written.
            Interrupted: the user stopped it. What was drawn is kept.
        """
        try:
            forest = forest_request(request, seeds)
            subject = self._subject(request)
        except (FolderError, RequestError) as error:
            write_watched(request.folder, Watched(cannot_tell=f"This run is not watched: {error}"))
            self.tell(f"The run is not watched: {error}")
            return None
        due = _due(subject.iterations, request.preview_every)
        judge = Judge(subject, forest, self.engine, progress, due, self.sight)
        watch = RunWatch(judge, subject.path, request.preview_every, stops, progress, self.tell)
        watch.begin(due)
        return watch

    def _subject(self, request: TrainRequest) -> Subject:
        folder, run = self.folder, request.folder
        begun = any((run / "embeddings").glob("*.pt"))
        saved = iterations_of(folder, run, self.engine.vocabulary) if begun else Iterations(())
        references = load_references(folder, run)
        who = folder.character
        return Subject(run, run, who.token, who.look, saved.found, references, saved.notes)


def forest_request(request: TrainRequest, seeds: int) -> ForestRequest:
    """What the watch draws: the run's own preview, with seeds that are the same for every iteration.

    Raises:
        RequestError: the preview does not name the character, or a setting cannot be drawn.
        UnsafePrompt: it pairs sexual wording with somebody described as a minor.
    """
    preview = request.preview or PreviewRequest(prompt="")
    forest = ForestRequest(
        prompt=re.sub(rf"(?<!\w){re.escape(request.name)}(?!\w)", NAME, preview.prompt),
        class_word=request.initialization_text,
        seeds=tuple(range(1, seeds + 1)),
        negative_prompt=preview.negative_prompt,
        sampler=preview.sampler,
        steps=preview.steps,
        cfg_scale=preview.cfg_scale,
        width=preview.width,
        height=preview.height,
    )
    forest.check()
    return forest


class RunWatch:
    """Implements `engine.TrainingWatch`. `every` is the least number of steps between two iterations judged."""

    def __init__(self, judge: Judge, run: Path, every: int, stops: bool, progress: Progress, tell: Tell) -> None:
        self._judge, self._run, self._every, self._stops, self._tell = judge, run, every, stops, tell
        self._progress = Beside(progress)
        self._last = 0

    def begin(self, saved: Sequence[Iteration]) -> None:
        """Judge what is there already.

        Raises:
            Overtrained: it is overtrained for certain, and the watch stops for that.
        """
        write_watched(self._run, self._judge.watched)
        for iteration in saved:
            self._look(iteration)
        self._stop_if_certain()

    def stepped(self, step: int, steps: int, loss: float) -> None:
        """Nothing to see."""

    def previewed(self, step: int, image: Path) -> None:
        """Nothing either: it has one seed, of its own, and nothing to compare it with."""

    def saved(self, iteration: Iteration) -> None:
        """Judge it.

        Raises:
            Overtrained: the run is overtrained for certain, and the watch stops for that.
            FolderError: the disk is full or may not be written.
            Interrupted: the user stopped it. What was drawn is kept.
        """
        if iteration.step - self._last >= self._every:
            self._look(iteration)
            self._stop_if_certain()

    def _look(self, iteration: Iteration) -> None:
        self._last = iteration.step
        watched = self._judge.judge(iteration, self._progress)
        write_watched(self._run, watched)
        told = line_of(watched, iteration.step)
        self._tell(told)
        self._progress.advance(note=told)

    def _stop_if_certain(self) -> None:
        watched = self._judge.watched
        if self._stops and watched.certain:
            raise Overtrained(f"Stopped at step {self._last}: {watched.words} Everything that was saved is kept.")


def line_of(watched: Watched, step: int) -> str:
    """What is to be said of the iteration that was judged last."""
    seen = next(one for one in watched.seen if one.step == step)
    if watched.cannot_tell:
        return f"step {step}: cannot tell"
    likeness = "" if seen.likeness is None else f", likeness {seen.likeness:.2f}"
    onset = f"; overtrained from step {watched.onset} on" if watched.certain else ""
    return f"step {step}: {seen.verdict}, scene {seen.scene:.2f}{likeness}{onset}"


def _due(iterations: Sequence[Iteration], every: int) -> list[Iteration]:
    """Those that would have been judged as they came."""
    found: list[Iteration] = []
    for iteration in iterations:
        if iteration.step - (found[-1].step if found else 0) >= every:
            found.append(iteration)
    return found


class Beside:
    """Progress of drawing while the bar counts training's steps: it tells what goes on, and hears an interruption."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def begin(self, job: str, total: int, done: int = 0) -> None:
        """The bar stays training's."""

    def advance(self, units: int = 1, note: str = "") -> None:
        """Raise if interrupted."""
        self._progress.advance(units=0, note=note)
