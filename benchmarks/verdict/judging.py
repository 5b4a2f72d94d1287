"""One run after the other: trained, its truth read, and judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from benchmarks.verdict import corpus, table
from benchmarks.verdict.drawing import ALL_SEEDS, STAGES, evidence
from benchmarks.verdict.recipes import Case, cases, unseen_cases
from benchmarks.verdict.rule_of_thumb import rule_of_thumb
from benchmarks.verdict.table import Line
from benchmarks.verdict.truth import Measure, Truth, agreement, truth, wanting
from consistent_character.choosing import Subject, forest_test
from consistent_character.hosts.standalone.devices import swiftest_cpu
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.progress import Silent
from worlds.cartoon import reader as reading

TEST_SEEDS = tuple(range(1, 9))


def judged(
    engine: StandaloneEngine,
    reader: reading.LookReaders,
    case: Case,
    out: Path,
    seeds: Sequence[int] = ALL_SEEDS,
    lean: bool = False,
) -> Line:
    """One run: trained, its truth read from pictures of these seeds, and judged.

    `lean` shows the test one training picture of each view only.
    """
    with corpus.opened(engine, case, out) as folder:
        run = corpus.trained(engine, case, folder)
        subject = Subject.of_run(folder, run, engine.vocabulary)
        if lean:
            views = {one.caption: one for one in subject.references}
            subject = replace(subject, references=tuple(views.values()))
        test = forest_test(subject, corpus.request(case, TEST_SEEDS), engine, Silent())
        found = evidence(engine, case, folder, run, seeds)
        baseline = [planned.path for planned in found.baseline]
        measure = Measure(case, folder.images, baseline, reader)
        previews = [measure.point(step, [row[place % len(row)].path]) for place, (step, row) in enumerate(found.rows)]
        thumb = rule_of_thumb(previews)
        closer = {step: STAGES[1] for step in (test.recommended, thumb.recommended) if step is not None}
        while wanted := wanting(truth(measure, found), closer):  # what more show may make another one the best
            closer |= wanted
            found = evidence(engine, case, folder, run, seeds, closer)
        looked = [
            measure.point(one.step, [folder.path / seen.path for seen in one.pictures]) for one in test.iterations
        ]
        alone = [truth(Measure(case, folder.images, baseline, one), found) for one in reader.alone]
    return table.line(case, truth(measure, found), test, thumb, Truth(tuple(looked)), agreement(alone))


@dataclass(frozen=True)
class Share:
    """A process's part of the runs: the characters whose number leaves `place` when divided by `jobs`.

    What one process draws of a character no other draws too. `only` takes the first ones of all runs, and `unseen`
    those that nothing was chosen by. `lean` judges them with one training picture of each view.
    """

    out: Path
    place: int
    jobs: int
    only: int | None = None
    unseen: bool = False
    lean: bool = False

    def cases(self) -> Iterator[tuple[int, Case]]:
        """The runs to judge, with their numbers."""
        everything = list(unseen_cases() if self.unseen else cases())[: self.only]
        yield from ((n, case) for n, case in enumerate(everything) if case.character % self.jobs == self.place)


def work(share: Share) -> list[Line]:
    """The lines of a share; each is printed as it comes."""
    torch.set_num_threads(1)
    engine, reader, lines = StandaloneEngine.on_device(swiftest_cpu()), reading.load_looks(), []
    for number, case in share.cases():
        lines.append(judged(engine, reader, case, share.out, lean=share.lean))
        print(f"{number + 1:3}", table.told(lines[-1]), flush=True)
    return lines
