"""How right the forest test is: `python -m benchmarks.verdict --out FOLDER [--only N] [--json FILE]`.

Trains the runs, reads the truth about each from pictures of seeds that the test never sees, lets the test judge it, and
prints a line for each run and the table. What is there already is neither trained nor drawn again. All 72 runs take
about four hours on one core; `--jobs` takes several.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

from benchmarks.verdict import corpus, table
from benchmarks.verdict.drawing import evidence
from benchmarks.verdict.recipes import Case, cases
from benchmarks.verdict.rule_of_thumb import rule_of_thumb
from benchmarks.verdict.table import Line
from benchmarks.verdict.truth import Measure, onset_of, truth
from consistent_character.choosing import Subject, forest_test
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.progress import Silent
from worlds.cartoon import reader as reading

TEST_SEEDS = tuple(range(1, 9))


def judged(engine: StandaloneEngine, reader: reading.Reader, case: Case, out: Path) -> Line:
    """One run: trained, its truth read, and judged."""
    with corpus.opened(engine, case, out) as folder:
        run = corpus.trained(engine, case, folder)
        found = evidence(engine, case, folder, run)
        measure = Measure(case, folder.images, [planned.path for planned in found.baseline], reader)
        close = truth(measure, found).close
        found = evidence(engine, case, folder, run, close)
        subject = Subject.of_run(folder, run, engine.vocabulary)
        test = forest_test(subject, corpus.request(case, TEST_SEEDS), engine, Silent())
        previews = [measure.point(step, [row[place % 8].path]) for place, (step, row) in enumerate(found.rows)]
        looked = [
            measure.point(one.step, [folder.path / seen.path for seen in one.pictures]) for one in test.iterations
        ]
    return table.line(case, truth(measure, found), test, rule_of_thumb(previews), onset_of(looked))


def _share(out: Path, place: int, jobs: int, only: int | None) -> Iterator[Line]:
    engine, reader = StandaloneEngine.load(None), reading.load()
    for number, case in enumerate(list(cases())[:only]):
        # By character: what one process draws of a character no other draws too.
        if case.character % jobs == place:
            yield judged(engine, reader, case, out)
            print(f"{number + 1:3} of {only or len(list(cases()))}", end=" ")


def _work(call: tuple[Path, int, int, int | None]) -> list[Line]:
    import torch

    torch.set_num_threads(1)
    lines = []
    for line in _share(*call):
        print(table.told(line), flush=True)
        lines.append(line)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description="How right the forest test's verdicts are, on the cartoon world.")
    parser.add_argument("--out", type=Path, default=Path("verdict-runs"), help="where the runs are kept")
    parser.add_argument("--only", type=int, help="take the first ones only: any beginning is a fair mixture")
    parser.add_argument("--jobs", type=int, default=1, help="processes, at most 8; each takes a core")
    parser.add_argument("--json", type=Path, help="write all lines there")
    options = parser.parse_args()
    calls = [(options.out, place, options.jobs, options.only) for place in range(options.jobs)]
    with get_context("spawn").Pool(options.jobs) as pool:
        lines = [line for share in pool.imap(_work, calls) for line in share]
    print("\n".join(table.summary(lines)))
    if options.json:
        options.json.write_text(json.dumps([asdict(line) for line in lines], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
