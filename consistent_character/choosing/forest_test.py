"""The forest test: iterations draw the same scene with the same seeds; what is lost, and who is gained?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from consistent_character.choosing import searching
from consistent_character.choosing.advice import advice_for
from consistent_character.choosing.files_read import file_signals
from consistent_character.choosing.kept import within
from consistent_character.choosing.more_signals import MoreSignals
from consistent_character.choosing.reading import Looker
from consistent_character.choosing.rendering import Album, Planned, draw_missing
from consistent_character.choosing.request import ForestRequest
from consistent_character.choosing.result import ForestTest, IterationResult, Unseen, write_result
from consistent_character.choosing.signals.copying import Copying
from consistent_character.choosing.signals.likeness import likeness_signal
from consistent_character.choosing.signals.nearness import blurred
from consistent_character.choosing.signals.scene import scene_signal
from consistent_character.choosing.signals.signal import Signal
from consistent_character.choosing.signals.variety import variety_signal
from consistent_character.choosing.subject import Subject
from consistent_character.choosing.training_set import framed
from consistent_character.choosing.verdict import Choice, Judged, choose
from consistent_character.engine import Engine
from consistent_character.errors import FolderError
from consistent_character.progress import Progress
from consistent_character.prompts import guard
from consistent_character.vision.seeing.sight import Sight

_FIRST = "Forest test: a first look"
_CLOSER = "Forest test: a closer look"


def forest_test(
    subject: Subject, request: ForestRequest, engine: Engine, progress: Progress, sight: Sight | None = None
) -> ForestTest:
    """Draw the same scene with iterations of a run and with the class word, judge, and write `forest-test.json`.

    Pictures that an earlier test has drawn from the same request, checkpoint and iteration are not drawn again. With
    `sight` models look at them too, and are believed where they see people and faces as in photographs.

    Raises:
        RequestError: a setting that cannot be used.
        UnsafePrompt: the prompt pairs sexual wording with somebody described as a minor. Nothing is drawn.
        FolderError: no iteration can be used, or the disk is full. What was drawn is kept.
        Interrupted: the user stopped it. What was drawn is kept.
    """
    request.check()
    # An iteration's name hides whom it draws: the look is read with the prompt.
    guard.check(f"{subject.look}, {request.class_prompt}")
    search = _Search(subject, request, engine, progress, sight)
    search.go()
    test = search.result()
    write_result(subject.path, test)
    return test


class _Search:
    """One test at work: what has been drawn and read, and what it has led to."""

    def __init__(
        self, subject: Subject, request: ForestRequest, engine: Engine, progress: Progress, sight: Sight | None
    ) -> None:
        self._subject, self._request, self._engine, self._progress = subject, request, engine, progress
        beginning = subject.initialization_text or request.class_word
        self._files = file_signals(subject.iterations, engine.vocabulary, beginning)
        self._damaged = dict(_damaged(self._files))
        usable = [one for one in subject.iterations if one.step not in self._damaged]
        if not usable:
            raise FolderError(_unusable(self._damaged))
        self._album = Album(subject.path, subject.token, request, usable, engine.checkpoint)
        self._framed = framed(subject.references, request.class_prompt)
        self._looker = Looker(subject.references, self._framed.references, sight)
        self._copying = Copying([blurred(reference.pixels) for reference in self._framed.references])
        self._plan = _plan([one.step for one in usable], request)
        self._notes = (*subject.notes, self._framed.note)
        self._baseline: tuple[Planned, ...] = ()
        self._seen: dict[int, int] = {}
        self._choice = Choice((), None, None, "")

    def go(self) -> None:
        """Look, from coarse to fine, until nothing more is wanted."""
        wanted, title = searching.first(self._plan), _FIRST
        while wanted:
            self._look(wanted, title)
            wanted, title = searching.further(self._plan, self._choice, self._seen), _CLOSER

    def _look(self, wanted: Mapping[int, int], title: str) -> None:
        self._seen.update(wanted)
        calibrated_on = max(self._plan.claiming, *self._seen.values())
        baseline = self._album.baseline(self._request.all_seeds[:calibrated_on])
        # Those of the rounds before are there: asking for them again would decode each once more.
        pictures = [*baseline[len(self._baseline) :], *(one for step in sorted(wanted) for one in self._row(step))]
        draw_missing(pictures, self._engine, self._progress, title, self._looker.take)
        if baseline != self._baseline:
            self._baseline = baseline
            self._looker.calibrate(baseline, self._progress)
            pictures = [one for step in self._seen for one in self._row(step)]  # they may be believed only now
        self._looker.see(pictures, self._progress)
        self._choice = self._chosen()

    def _row(self, step: int) -> tuple[Planned, ...]:
        return self._album.row(step, self._request.all_seeds[: self._seen[step]])

    def _chosen(self) -> Choice:
        readings = self._looker.readings({step: self._row(step) for step in self._seen})
        instruments = self._looker.instruments
        return choose(readings, instruments.no_scene, instruments.likeness.cannot_tell)

    def result(self) -> ForestTest:
        """What it has come to."""
        choice, scene, likeness = self._choice, self._looker.instruments.scene, self._looker.instruments.likeness
        rows = {judged.step: self._row(judged.step) for judged in choice.iterations}
        more = MoreSignals(self._subject, self._request, self._engine, self._framed.references, self._progress)
        signals = more.of(rows, self._baseline)
        seeds = self._request.all_seeds[: len(self._baseline)]
        return ForestTest(
            prompt=self._request.prompt,
            class_word=self._request.class_word,
            checkpoint=self._engine.checkpoint.name,
            seeds=seeds,
            baseline=tuple(self._within(planned.path) for planned in self._baseline),
            references=tuple(self._within(one.path) for one in self._framed.references[: len(seeds)]),
            iterations=tuple(
                self._iteration(judged, rows[judged.step], signals.get(judged.step, ())) for judged in choice.iterations
            ),
            onset=choice.onset,
            recommended=choice.recommended,
            why=choice.why,
            confidence=choice.confidence,
            scene_auc=scene.separation.auc,
            likeness_auc=likeness.separation.auc,
            cannot_tell=" ".join(filter(None, (self._looker.instruments.cannot_tell, choice.cannot_tell))),
            advice=advice_for(choice, self._looker.instruments, (*self._notes, self._looker.note), self._damaged),
            token=self._subject.token,
            runners_up=choice.runners_up,
            unseen=tuple(self._unseen()),
            drawn=len(self._baseline) + sum(map(len, rows.values())),
            onset_confidence=choice.onset_confidence,
        )

    def _iteration(self, judged: Judged, row: Sequence[Planned], more: Sequence[Signal]) -> IterationResult:
        pictures = tuple(self._looker.result(one, number, self._within(one.path)) for number, one in enumerate(row))
        return IterationResult(
            judged.step,
            judged.scene,
            judged.likeness,
            judged.verdict,
            judged.confidence,
            judged.reason,
            pictures,
            judged.scene_band,
            judged.likeness_band,
            (*self._seen_signals(judged, row), *self._files.get(judged.step, ()), *more),
        )

    def _seen_signals(self, judged: Judged, row: Sequence[Planned]) -> tuple[Signal, ...]:
        pictures, baseline = (
            [blurred(self._looker.described(one)) for one in some] for some in (row, self._baseline[: len(row)])
        )
        return (
            scene_signal(judged),
            likeness_signal(judged, self._looker.likeness_from(row)),
            self._copying.signal(pictures),
            variety_signal(pictures, baseline),
        )

    def _unseen(self) -> list[Unseen]:
        steps = (one.step for one in self._subject.iterations if one.step not in self._seen)
        return [Unseen(step, self._files.get(step, ())) for step in steps]

    def _within(self, path: Path) -> str:
        return within(path, self._subject.base)


def _plan(steps: Sequence[int], request: ForestRequest) -> searching.Plan:
    claiming = len(request.seeds)
    return searching.Plan(
        steps=tuple(steps),
        scouting=max(2, claiming // 2),
        claiming=claiming,
        most=len(request.all_seeds),
        coarse=request.search == "coarse",
    )


def _damaged(files: Mapping[int, Sequence[Signal]]) -> Iterator[tuple[int, str]]:
    """The steps whose files cannot be drawn with, each with the reason."""
    for step, signals in files.items():
        yield from ((step, signal.reason) for signal in signals if signal.name == "finite" and signal.bad)


def _unusable(damaged: Mapping[int, str]) -> str:
    first = next(iter(damaged.values()))
    return f"None of the {len(damaged)} iterations can be used, such as: {first} Train anew, or name another run."
