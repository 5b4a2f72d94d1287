"""`choose`: step 5, which iteration to use."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace

from consistent_character.character.folder import CHARACTER_FILE, CharacterFolder
from consistent_character.choosing import ForestRequest, ForestTest, Subject, forest_test
from consistent_character.choosing.foreign import ForeignRequest, subject_of
from consistent_character.cli.flags import add_settings, given
from consistent_character.cli.outcome import Outcome
from consistent_character.cli.places import add_any_run, add_engine, find_run, load_engine, load_sight, open_folder
from consistent_character.documents import chosen
from consistent_character.engine import Engine
from consistent_character.progress import Progress
from consistent_character.report.exporting import export, export_run

GO_ON = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_any_run(parser)
    add_settings(parser, ForestRequest)
    add_settings(parser, ForeignRequest)
    add_engine(parser)


def run(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Let iterations draw a forest with the same seeds, and judge."""
    if (arguments.folder / CHARACTER_FILE).is_file():
        with open_folder(arguments.folder) as folder:
            return _of_character(arguments, folder, progress)
    return _from_elsewhere(arguments, progress)


def _of_character(arguments: argparse.Namespace, folder: CharacterFolder, progress: Progress) -> Outcome:
    path = find_run(folder, arguments.run)
    engine = load_engine(arguments, folder)
    own = replace(request(engine), class_word=folder.character.initialization_text)
    subject = Subject.of_run(folder, path, engine.vocabulary)
    with load_sight(folder) as sight:
        test = forest_test(subject, replace(own, **given(arguments, ForestRequest)), engine, progress, sight)
    page = export_run(folder, path, test).html
    return Outcome(chosen(path, test), [*_lines(test), f"The pictures: {page}"])


def _from_elsewhere(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    engine = load_engine(arguments)
    subject = subject_of(arguments.folder, engine, ForeignRequest(**given(arguments, ForeignRequest)))
    wanted = replace(request(engine), **given(arguments, ForestRequest))
    with load_sight() as sight:
        test = forest_test(subject, wanted, engine, progress, sight)
    page = export(test, subject.path, subject.base).html
    return Outcome(chosen(subject.path, test), [*_lines(test), f"The pictures: {page}"])


def request(engine: Engine) -> ForestRequest:
    """The defaults, in the checkpoint's own size."""
    return ForestRequest(width=engine.checkpoint.size, height=engine.checkpoint.size)


def _lines(test: ForestTest) -> Iterator[str]:
    yield "  step  seeds  scene  likeness"
    for found in test.iterations:
        figures = f"{found.step:6}  {len(found.pictures):5}  {found.scene:5.2f}  {found.likeness:8.2f}"
        yield f"{figures}  {found.verdict}: {found.reason}"
    if test.unseen:
        steps = ", ".join(str(one.step) for one in test.unseen)
        yield f"Not needed: {steps}. --search all looks at these as well."
    yield from _answer(test)


def _answer(test: ForestTest) -> Iterator[str]:
    if test.cannot_tell:
        yield f"This cannot be judged: {test.cannot_tell}"
    elif test.onset is None:
        yield "No overtraining found."
    if test.onset is not None:
        yield f"Overtrained from step {test.onset}."
    if test.recommended is not None or not test.cannot_tell:
        use = f"Use step {test.recommended}" if test.recommended is not None else "Use none of these"
        yield f"{use}: {test.why}"
    for runner in test.runners_up:
        yield f"Or step {runner.step}: {runner.why}"
    if test.advice:
        yield f"What to do: {test.advice}"
