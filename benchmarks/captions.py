"""How fast captions are planned, written and taken back, against the bare work on the same files.

    python -m benchmarks.captions [--captions 10000] [--repeats 5] [--where DIR] [--variant both] [--processor]
                                  [--json]

Two folders are made, each of so many pictures (links to one tiny PNG) with a text file beside each:

    grid       what the web UI writes for 25 prompts x 400 seeds
    different  no two prompts alike

In each, the bare work and ours are done in turn, again and again, and the ratio of the medians is told:

    planning / reading   the plan of all captions, against listing the folder and reading every text file  (<= 2)
    applying / writing   the journalled batch, against plain write-and-rename of the same bytes            (<= 3)
    undoing / writing    taking it back, against plain write-and-rename of the bytes of before             (<= 3)
    peak memory          of a process that opens, plans, applies and takes back, in MB                     (< 300)

All files are in the system's cache, which is the harder case: a disk adds the same to both. How long a rename takes
depends on the file system much more than on the program: see --where.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median

from PIL import Image

from consistent_character.captioning import CaptionRequest, apply, plan
from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.prompts.cells import all_cells

LOOK = (
    "a beautiful 25yo French woman with defined cheekbones, a straight nose, full lips, hazel eyes, chin dimple, "
    "square jaw, plucked eyebrows"
)
WHO = Character(
    "fr3nchl4dysd15",
    LOOK,
    body="small breasts, toned body",
    hair="chin length straight black hair in a bob cut with bangs",
    wardrobe="(naked:1.3)",
)
WORDS = ("red", "tall", "old", "wooden", "silver", "windy", "quiet", "narrow", "distant", "bright", "rusty", "soft")
LIMITS = {"planning / reading": 2.0, "applying / writing": 3.0, "undoing / writing": 3.0, "peak memory, MB": 300.0}


def infotext(prompt: str, seed: int) -> str:
    """What AUTOMATIC1111's web UI 1.10.1 writes beside a picture."""
    return (
        f"{prompt}\nNegative prompt: (worst quality, low quality:1.4), jewelry, text, watermark\n"
        f"Steps: 20, Sampler: Euler a, Schedule type: Automatic, CFG scale: 7, Seed: {seed}, Size: 512x512, "
        "Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, Version: v1.10.1\n"
    )


def prompt_of(variant: str, number: int, random: Random) -> str:
    """The grid's prompts, or the same with words between that no other prompt has."""
    cells = all_cells()
    prompt = WHO.prompt(cells[number % len(cells)])
    return prompt if variant == "grid" else f"{prompt}, {' '.join(random.sample(WORDS, 6))} place {number}"


def make(path: Path, variant: str, captions: int) -> None:
    random = Random(variant)
    CharacterFolder.create(path, WHO).close()
    images = path / "images"
    first = images / "00000-0.png"
    Image.new("RGB", (8, 8), "gray").save(first)
    for number in range(captions):
        image = images / f"{number:05}-{number}.png"
        if image != first:
            os.link(first, image)
        image.with_suffix(".txt").write_text(infotext(prompt_of(variant, number, random), number), encoding="utf-8")


def seconds(work: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return clock() - start


def read(images: Path) -> list[bytes]:
    """The bare work, as fast as plain Python does it."""
    found = []
    for name in sorted(os.listdir(images)):  # noqa: PTH208
        if name.endswith(".txt"):
            with open(f"{images}/{name}", "rb") as file:  # noqa: PTH123
                found.append(file.read())
    return found


def write(contents: list[tuple[str, bytes]]) -> None:
    """The bare work, as fast as plain Python does it."""
    for path, content in contents:
        with open(f"{path}.tmp", "wb") as file:  # noqa: PTH123
            file.write(content)
        os.replace(f"{path}.tmp", path)  # noqa: PTH105


def measure(path: Path, repeats: int, clock: Callable[[], float]) -> dict[str, list[float]]:
    """Seconds of every piece of work, `repeats` of each."""
    taken: dict[str, list[float]] = {name: [] for name in ("reading", "planning", "writing", "applying")}
    taken |= {"writing back": [], "undoing": []}
    request = CaptionRequest(WHO.token, WHO.look)
    with CharacterFolder.open(path) as folder:
        rows = plan(folder, request).with_status("changed")
        before = [(str(row.pair.caption), row.stored or b"") for row in rows]
        after = [(str(row.pair.caption), row.after.encode()) for row in rows]
        del rows
        for _ in range(repeats):
            taken["reading"].append(seconds(lambda: read(folder.images), clock))
            taken["planning"].append(seconds(lambda: plan(folder, request), clock))
            taken["writing"].append(seconds(lambda: write(after), clock))
            taken["writing back"].append(seconds(lambda: write(before), clock))
            made = plan(folder, request)
            taken["applying"].append(seconds(lambda made=made: apply(folder, made), clock))  # type: ignore[misc]
            taken["undoing"].append(seconds(folder.undo, clock))
    return taken


def peak_memory(path: Path) -> float:
    """The most memory, in MB, that a process of its own takes for opening, planning, applying and taking back."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.captions", "--once", str(path)], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def once(path: Path) -> None:
    with CharacterFolder.open(path) as folder:
        apply(folder, plan(folder, CaptionRequest(WHO.token, WHO.look)))
        folder.undo()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(most / 1e6 if sys.platform == "darwin" else most / 1e3)


def ratios(taken: dict[str, list[float]]) -> dict[str, float]:
    middle = {name: median(times) for name, times in taken.items()}
    return {
        "planning / reading": middle["planning"] / middle["reading"],
        "applying / writing": middle["applying"] / middle["writing"],
        "undoing / writing": middle["undoing"] / middle["writing back"],
    }


def figures(variant: str, options: argparse.Namespace) -> dict[str, object]:
    clock = time.process_time if options.processor else time.perf_counter
    with tempfile.TemporaryDirectory(dir=options.where, prefix="captions-") as folder:
        path = Path(folder) / variant
        make(path, variant, options.captions)
        memory = peak_memory(path)
        taken = measure(path, options.repeats, clock)
    return {
        "ratios": {**ratios(taken), "peak memory, MB": memory},
        "seconds": {name: median(times) for name, times in taken.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Times the captions step.")
    parser.add_argument("--captions", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--where", type=Path, help="the folder, and so the disk, to work on [the system's temporary]")
    parser.add_argument(
        "--processor", action="store_true", help="count this process's own time, not the clock's: for a busy machine"
    )
    parser.add_argument("--variant", choices=("grid", "different", "both"), default="both")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        once(options.once)
        return
    variants = ("grid", "different") if options.variant == "both" else (options.variant,)
    found = {name: figures(name, options) for name in variants}
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for name, measured in found.items():
        show(name, options, measured)


def show(name: str, options: argparse.Namespace, measured: dict[str, object]) -> None:
    print(f"{name}: {options.captions} captions, medians of {options.repeats}")
    for figure, value in measured["ratios"].items():  # type: ignore[attr-defined]
        print(f"  {figure:22s} {value:8.2f}   at most {LIMITS[figure]:.0f}")
    told = ", ".join(f"{work} {value:.2f}" for work, value in measured["seconds"].items())  # type: ignore[attr-defined]
    print(f"  (seconds here: {told})")


if __name__ == "__main__":
    main()
