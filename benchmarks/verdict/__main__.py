"""How right the forest test is: `python -m benchmarks.verdict --out FOLDER [--only N] [--unseen] [--lean]`.

Trains the runs, reads the truth about each from pictures of seeds that the test never sees, lets the test judge it, and
prints a line for each run and the table. What is there already is neither trained nor drawn again. All 72 runs take
some four hours on one core that multiplies bfloat16, twice as long on others; `--jobs` takes several.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

from benchmarks.verdict import table
from benchmarks.verdict.judging import Share, work


def main() -> None:
    parser = argparse.ArgumentParser(description="How right the forest test's verdicts are, on the cartoon world.")
    parser.add_argument("--out", type=Path, default=Path("verdict-runs"), help="where the runs are kept")
    parser.add_argument("--only", type=int, help="take the first ones only: any beginning is a fair mixture")
    parser.add_argument("--jobs", type=int, default=1, help="processes, at most 8; each takes a core")
    parser.add_argument(
        "--unseen", action="store_true", help="the runs that nothing was chosen by, into a folder of theirs"
    )
    parser.add_argument("--lean", action="store_true", help="show the test one training picture of each view only")
    parser.add_argument("--json", type=Path, help="write all lines there")
    options = parser.parse_args()
    out = options.out / "unseen" if options.unseen else options.out
    which = options.only, options.unseen, options.lean
    shares = [Share(out, place, options.jobs, *which) for place in range(options.jobs)]
    with get_context("spawn").Pool(options.jobs) as pool:
        lines = [line for found in pool.imap(work, shares) for line in found]
    print("\n".join(table.summary(lines)))
    if options.json:
        options.json.write_text(json.dumps([asdict(line) for line in lines], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
