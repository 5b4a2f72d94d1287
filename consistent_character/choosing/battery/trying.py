"""The chosen iteration is tried out: each prompt with it and with the class word, on one checkpoint after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from consistent_character.character.folder import CharacterFolder
from consistent_character.character.vocabulary import vocabulary_of
from consistent_character.choosing.battery.faces import Faces, recognised
from consistent_character.choosing.battery.groups import Group, Prompt
from consistent_character.choosing.battery.judging import judge, summary
from consistent_character.choosing.battery.reading import LIKE, Reader, by_face
from consistent_character.choosing.battery.request import BatteryRequest, prompts_of
from consistent_character.choosing.battery.result import Battery, Cell, Tried, write_battery
from consistent_character.choosing.rendering import Album, Planned, draw_missing
from consistent_character.choosing.request import NAME
from consistent_character.choosing.result import read_result
from consistent_character.choosing.signals.signal import Signal
from consistent_character.choosing.subject import Subject
from consistent_character.choosing.training_set import Reference, framed, framing_of
from consistent_character.engine import Engine, Iteration
from consistent_character.errors import CheckpointError, RequestError
from consistent_character.progress import Progress
from consistent_character.prompts.cells import TUTORIAL, Vocabulary
from consistent_character.vision import features
from consistent_character.vision.seeing.seen import STYLE_FREE
from consistent_character.vision.signals import pixels
from consistent_character.vision.signals.identity import Identities, IdentityGauge, told_apart


@dataclass(frozen=True)
class _Row:
    """A prompt's pictures: of the iteration, and of the class word."""

    group: Group
    prompt: Prompt
    pictures: tuple[Planned, ...]
    baseline: tuple[Planned, ...]


def try_out(
    subject: Subject,
    request: BatteryRequest,
    engine: Engine,
    progress: Progress,
    vocabulary: Vocabulary = TUTORIAL,
    faces: Faces | None = None,
) -> Battery:
    """Draw every prompt with the iteration and with the class word, judge, and write `battery.json`.

    Pictures that were drawn before from the same prompt, settings, checkpoint and iteration are not drawn again. A
    checkpoint that cannot be used is a row that says so. At the end, however it comes, the checkpoint that was in use
    is in use again. `vocabulary` are the words in which the character's pictures were asked for; where `faces`
    recognises people they are told apart by their faces, else by colours.

    Raises:
        RequestError: a setting that cannot be used, or there is no such iteration.
        UnsafePrompt: a prompt pairs sexual wording with somebody described as a minor. Nothing is drawn.
        FolderError: the disk is full. What was drawn is kept.
        Interrupted: the user stopped it. What was drawn is kept.
    """
    request.check(subject.look)
    iteration = chosen_iteration(subject, request.step)
    trial = _Trial(subject, request, engine, progress, vocabulary, faces, iteration)
    tried: list[Tried] = []
    for name in request.checkpoints or ("",):
        tried.append(trial.on(name))
        battery = Battery(subject.token, iteration.step, request.class_word, request.seeds, trial.by, tuple(tried))
        write_battery(subject.path, battery)
    return battery


def try_run(folder: CharacterFolder, run: Path, request: BatteryRequest, engine: Engine, progress: Progress) -> Battery:
    """`try_out` for a run of a character folder: in its own words, and with the eyes that are installed.

    Raises:
        FolderError: as `try_out` says, and where the run has no iterations or too few training pictures.
    """
    subject = Subject.of_run(folder, run, engine.vocabulary)
    with recognised() as faces:
        return try_out(subject, request, engine, progress, vocabulary_of(folder.path), faces)


def chosen_iteration(subject: Subject, step: int) -> Iteration:
    """The iteration of that step; 0 is the one that the forest test recommends.

    Raises:
        RequestError: there is none.
    """
    if not step:
        test = read_result(subject.path)
        if test is None or test.recommended is None:
            raise RequestError("No iteration is recommended: do the forest test first, or name a step yourself.")
        step = test.recommended
    for iteration in subject.iterations:
        if iteration.step == step:
            return iteration
    saved = ", ".join(str(iteration.step) for iteration in subject.iterations)
    raise RequestError(f"There is no iteration of step {step}: take one of {saved}.")


@dataclass
class _Trial:
    subject: Subject
    request: BatteryRequest
    engine: Engine
    progress: Progress
    vocabulary: Vocabulary
    faces: Faces | None
    iteration: Iteration
    by: str = STYLE_FREE

    def on(self, name: str) -> Tried:
        """On one checkpoint; empty is the one in use."""
        try:
            with self.engine.on(name):
                if problem := self._misfit():
                    return Tried(self.engine.checkpoint.name, problem=problem)
                rows = list(self._rows())
                pictures = [one for row in rows for one in (*row.baseline, *row.pictures)]
                draw_missing(pictures, self.engine, self.progress, f"Trying out on {self.engine.checkpoint.name}")
                return self._judged(self.engine.checkpoint.name, rows)
        except CheckpointError as error:
            return Tried(name or "the checkpoint in use", problem=str(error))

    def _misfit(self) -> str:
        """Why the iteration cannot be used with the checkpoint in use; empty if it can."""
        try:
            self.engine.vocabulary.read(self.iteration.path)
        except RequestError as error:
            return str(error)
        return ""

    def _rows(self) -> Iterator[_Row]:
        for group, prompt in prompts_of(self.request.chosen(self.vocabulary)):
            asked = self.request.like_forest(prompt.text)
            album = Album(self.subject.path, self.subject.token, asked, [self.iteration], self.engine.checkpoint)
            seeds = self.request.seeds
            yield _Row(group, prompt, album.row(self.iteration.step, seeds), album.baseline(seeds))

    def _judged(self, checkpoint: str, rows: Sequence[_Row]) -> Tried:
        gauge = self._face_gauge(rows)
        readers: dict[tuple[Path, ...], Reader] = {}
        self.progress.begin(f"Looking at what {checkpoint} has drawn", total=len(rows))
        cells = []
        for row in rows:
            cells.append(self._cell(row, self._reader(row, readers), gauge))
            self.progress.advance(note=row.prompt.what)
        groups = {row.group.name: row.group for row in rows}
        told = tuple(summary(group, [cell for cell in cells if cell.group == name]) for name, group in groups.items())
        return Tried(checkpoint, tuple(cells), told)

    def _face_gauge(self, rows: Sequence[_Row]) -> IdentityGauge | None:
        """What tells faces apart: strangers are whom the class word draws, whatever the prompt."""
        if self.faces is None:
            return None
        known = self.faces([reference.path for reference in self.subject.references])
        strangers = self.faces([one.path for row in rows for one in row.baseline])
        gauge = told_apart(Identities(known, strangers))
        if gauge is not None:
            self.by = "the face"
        return gauge

    def _reader(self, row: _Row, readers: dict[tuple[Path, ...], Reader]) -> Reader:
        prompt = row.prompt.text.replace(NAME, self.request.class_word)
        compared: Sequence[Reference] = framed(self.subject.references, prompt).references
        key = tuple(reference.path for reference in compared)
        if key not in readers:
            readers[key] = Reader(self.subject.references, compared)
        return readers[key]

    def _cell(self, row: _Row, reader: Reader, gauge: IdentityGauge | None) -> Cell:
        pictures, baseline = ([_described(one) for one in some] for some in (row.pictures, row.baseline))
        seen = self.faces([one.path for one in row.pictures]) if self.faces is not None and gauge is not None else ()
        likeness = by_face(gauge, seen) or self._by_colours(row, reader, pictures, baseline)
        signals = [
            likeness,
            reader.asked_for(row.group.where, pictures, baseline),
            reader.difference(pictures, baseline),
            reader.copying(pictures),
        ]
        found: tuple[Signal, ...] = tuple(signal for signal in signals if signal is not None)
        verdict, reason = judge(row.group, found)
        paths = (tuple(self._within(one.path) for one in some) for some in (row.pictures, row.baseline))
        return Cell(row.group.name, row.prompt.what, row.prompt.text, verdict, reason, found, *paths)

    def _by_colours(
        self, row: _Row, reader: Reader, pictures: Sequence[pixels.Floats], baseline: Sequence[pixels.Floats]
    ) -> Signal | None:
        found = reader.likeness(row.group.where, pictures, baseline)
        asked_for = framing_of(row.prompt.text, self.vocabulary)
        # Compared with pictures of other framings, what is unlike them may be unlike for its framing alone.
        alike = not asked_for.angle or all(one.framing.angle == asked_for.angle for one in reader.framed)
        return found if found is None or alike or found.value >= LIKE else None

    def _within(self, path: Path) -> str:
        base = self.subject.base
        return path.relative_to(base).as_posix() if path.is_relative_to(base) else str(path)


def _described(planned: Planned) -> pixels.Floats:
    return pixels.described(features.load_rgb(planned.path, 2 * pixels.EDGE))
