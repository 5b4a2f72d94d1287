"""The chosen iteration is tried out: each prompt with it and with the class word, on one checkpoint after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from consistent_character.character.folder import CharacterFolder
from consistent_character.character.vocabulary import vocabulary_of
from consistent_character.choosing.battery.faces import Faces
from consistent_character.choosing.battery.groups import Group, Prompt
from consistent_character.choosing.battery.judging import judge, summary
from consistent_character.choosing.battery.reading import LIKE, Likeness, Reader
from consistent_character.choosing.battery.request import BatteryRequest, prompts_of
from consistent_character.choosing.battery.result import Battery, Cell, Tried, write_battery
from consistent_character.choosing.kept import within
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
from consistent_character.vision.seeing.sight import Sight
from consistent_character.vision.signals import pixels


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
    sight: Sight | None = None,
) -> Battery:
    """Draw every prompt with the iteration and with the class word, judge, and write `battery.json`.

    Pictures that were drawn before from the same prompt, settings, checkpoint and iteration are not drawn again. A
    checkpoint that cannot be used is a row that says so. At the end, however it comes, the checkpoint that was in use
    is in use again. `vocabulary` are the words in which the character's pictures were asked for; with
    `sight` models look at them too: where they see faces as in photographs people are told apart by these, else by
    colours. Every cell says by what.

    Raises:
        RequestError: a setting that cannot be used, or there is no such iteration.
        UnsafePrompt: a prompt pairs sexual wording with somebody described as a minor. Nothing is drawn.
        FolderError: the disk is full. What was drawn is kept.
        Interrupted: the user stopped it. What was drawn is kept.
    """
    request.check(subject.look)
    iteration = chosen_iteration(subject, request.step)
    trial = _Trial(subject, request, engine, progress, vocabulary, sight, iteration)
    tried: list[Tried] = []
    for name in request.checkpoints or ("",):
        tried.append(trial.on(name))
        battery = Battery(subject.token, iteration.step, request.class_word, request.seeds, _by(tried), tuple(tried))
        write_battery(subject.path, battery)
    return battery


def try_run(
    folder: CharacterFolder,
    run: Path,
    request: BatteryRequest,
    engine: Engine,
    progress: Progress,
    sight: Sight | None = None,
) -> Battery:
    """`try_out` for a run of a character folder: in its own words.

    Raises:
        FolderError: as `try_out` says, and where the run has no iterations or too few training pictures.
    """
    subject = Subject.of_run(folder, run, engine.vocabulary)
    return try_out(subject, request, engine, progress, vocabulary_of(folder.path), sight)


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
    sight: Sight | None
    iteration: Iteration

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
        faces = self._faces(rows)
        readers: dict[tuple[Path, ...], Reader] = {}
        self.progress.begin(f"Looking at what {checkpoint} has drawn", total=len(rows))
        cells = []
        for row in rows:
            cells.append(self._cell(row, self._reader(row, readers), faces))
            self.progress.advance(note=row.prompt.what)
        groups = {row.group.name: row.group for row in rows}
        told = tuple(summary(group, [cell for cell in cells if cell.group == name]) for name, group in groups.items())
        return Tried(checkpoint, tuple(cells), told, by=faces.by)

    def _faces(self, rows: Sequence[_Row]) -> Faces:
        """What tells faces apart. Strangers are whom the class word draws: as photographs, where there are any."""
        photographs = [row for row in rows if row.group.where != "everywhere"] or rows
        prompt = self._class_prompt(photographs[0])
        strangers = [one.path for row in photographs for one in row.baseline]
        faces = Faces(self.sight, self.subject.references, prompt, strangers, self.progress)
        faces.look([one.path for row in rows for one in row.pictures], self.progress)
        return faces

    def _class_prompt(self, row: _Row) -> str:
        return row.prompt.text.replace(NAME, self.request.class_word)

    def _reader(self, row: _Row, readers: dict[tuple[Path, ...], Reader]) -> Reader:
        compared: Sequence[Reference] = framed(self.subject.references, self._class_prompt(row)).references
        key = tuple(reference.path for reference in compared)
        if key not in readers:
            readers[key] = Reader(self.subject.references, compared)
        return readers[key]

    def _cell(self, row: _Row, reader: Reader, faces: Faces) -> Cell:
        pictures, baseline = ([_described(one) for one in some] for some in (row.pictures, row.baseline))
        by_face = faces.likeness([one.path for one in row.pictures])
        likeness = by_face or self._by_colours(row, reader, pictures, baseline)
        signals = [
            likeness and likeness.signal,
            reader.asked_for(row.group.where, pictures, baseline),
            reader.difference(pictures, baseline),
            reader.copying(pictures),
        ]
        found: tuple[Signal, ...] = tuple(signal for signal in signals if signal is not None)
        verdict, reason = judge(row.group, found, by_faces=faces.tell)
        shown, beside = (
            tuple(within(one.path, self.subject.base) for one in some) for some in (row.pictures, row.baseline)
        )
        by = likeness.by if likeness else ""
        return Cell(row.group.name, row.prompt.what, row.prompt.text, verdict, reason, found, shown, beside, by)

    def _by_colours(
        self, row: _Row, reader: Reader, pictures: Sequence[pixels.Floats], baseline: Sequence[pixels.Floats]
    ) -> Likeness | None:
        found = reader.likeness(row.group.where, pictures, baseline)
        asked_for = framing_of(row.prompt.text, self.vocabulary)
        # Compared with pictures of other framings, what is unlike them may be unlike for its framing alone.
        alike = not asked_for.angle or all(one.framing.angle == asked_for.angle for one in reader.framed)
        return found if found is None or alike or found.signal.value >= LIKE else None


def _by(tried: Sequence[Tried]) -> str:
    """What likeness was read from, each way once."""
    return "; ".join(dict.fromkeys(one.by for one in tried if one.by))


def _described(planned: Planned) -> pixels.Floats:
    return pixels.described(features.load_rgb(planned.path, 2 * pixels.EDGE))
