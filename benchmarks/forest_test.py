"""How fast the forest test is: over the bare sampling, and against the web UI's X/Y/Z plot, all within one run.

    python -m benchmarks.forest_test [--times 3] [--seeds 8] [--save-every 10] [--large] [--device cpu] [--cuda]
    WEBUI_DIR=… WEBUI_PYTHON=… python -m benchmarks.forest_test --webui

Without a web UI: (a) the model's sampler on prepared words and noise, and its decoder, over the pictures of a whole
test; (b) that test. In the web UI: (a) `process_images` over the same pictures in the same batches; (b) the test; (c)
the stock X/Y/Z plot, all iterations by as many seeds as (d) has looked at; (d) our test as it is by default, from
coarse to fine. Each is repeated in turn, and a ratio is taken within each turn, so that what else the computer does
meets both. Seconds are the processor's, which a busy computer changes less; with `--wall`, and on a GPU, the clock's.

In the processor's seconds (b) is also compared with (e): what `process_images` takes within (b), and what (a) takes
beside it, the web UI itself. The drawing is then the same in the same seconds, and a computer that is faster in one
turn than in another changes nothing.

`--large` takes a model of Stable Diffusion 1.5's size with weights drawn by lot; `--cuda` the same on an NVIDIA GPU.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from benchmarks.forest_speed import material, standalone
from benchmarks.forest_speed.timing import Ratio, Times, interleaved, lines, ratio

MOST_OVERHEAD = 1.05
LEAST_GAIN = 3.0


def without_webui(options: argparse.Namespace) -> tuple[Times, list[Ratio]]:
    """(a) and (b) by the standalone engine."""
    from consistent_character.hosts.standalone.engine import StandaloneEngine

    seeds = tuple(range(1, options.seeds + 1))
    if options.large or options.tiny:
        engine = material.large_engine(options.device, tiny=options.tiny)
        folder, run = material.lot_run(engine, options.out / "by-lot", options.iterations)
        size = options.size or engine.model.size
        asked = replace(material.cartoon_request(options.case, seeds, options.steps), width=size, height=size)
    else:
        engine = StandaloneEngine.load(None, options.device)
        folder, run = material.cartoon_run(options.out, options.case, options.save_every)
        asked = material.cartoon_request(options.case, seeds, options.steps)
    engine.checkpoint  # noqa: B018 - its hash is read once in a process, whatever is drawn
    works = standalone.works(engine, folder, run, asked)
    times = interleaved(works, options.times, time.perf_counter if options.wall else time.process_time)
    title = "the whole test over the bare sampling, (b)/(a)"
    return times, [ratio(title, times, standalone.WHOLE, standalone.BARE, MOST_OVERHEAD, most=True)]


def in_webui(options: argparse.Namespace) -> tuple[Times, list[Ratio]]:
    """All four in the web UI that `WEBUI_DIR` names."""
    from benchmarks.forest_speed import webui
    from benchmarks.webui_start import processor
    from tests.webui.server import WebUI, prepare_data, running_webui

    where = WebUI(Path(os.environ["WEBUI_DIR"]), Path(os.environ["WEBUI_PYTHON"]))
    folder, run = material.cartoon_run(options.out, options.case, options.save_every)
    asked = material.cartoon_request(options.case, tuple(range(1, options.seeds + 1)), options.steps)
    with tempfile.TemporaryDirectory() as data:
        prepare_data(where, Path(data) / "data")
        with running_webui(where, Path(data) / "data") as running:
            webui.warmed_up(running)
            measured = webui.Measured(running, folder, run, asked)
            measured.put_into_embeddings()
            clock = time.perf_counter if options.wall else partial(processor, running)
            wanted = webui.PARTS[options.only] if options.only else (*webui.PARTS["overhead"], *webui.PARTS["plot"])
            works = measured.works()
            times = interleaved({name: works[name] for name in wanted}, options.times, clock)
    for name, answer in measured.answers.items():
        print(f"{name:52} {answer}")
    found = []
    if options.only != "plot":
        title = "the whole test over process_images, (b)/(a)"
        found.append(ratio(title, times, webui.WHOLE, webui.BARE, MOST_OVERHEAD, most=True))
        if not options.wall:
            times = {**times, webui.DRAWN: webui.drawing_alone(times, measured.drawn)}
            title = "the whole test over its own drawing, (b)/(e)"
            found.append(ratio(title, times, webui.WHOLE, webui.DRAWN, MOST_OVERHEAD, most=True))
    if options.only != "overhead":
        title = "the X/Y/Z plot over our test, (c)/(d)"
        found.append(ratio(title, times, webui.PLOT, webui.OURS, LEAST_GAIN, most=False))
    return times, found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=3, help="turns")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--steps", type=int, default=12, help="sampling steps a picture")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--out", type=Path, default=Path("forest-speed"), help="where the run is kept")
    parser.add_argument(
        "--case", type=int, default=0, help="which of benchmarks.verdict's runs; 1 never keeps its scene"
    )
    parser.add_argument(
        "--save-every", type=int, default=10, help="steps between its iterations [10, the most that the tutorial takes]"
    )
    parser.add_argument("--large", action="store_true", help="a model of Stable Diffusion 1.5's size, drawn by lot")
    parser.add_argument("--tiny", action="store_true", help="the same with a small model, to try it out")
    parser.add_argument(
        "--size", type=int, default=0, help="pixels of a picture's side, with --large [the model's own]"
    )
    parser.add_argument("--iterations", type=int, default=3, help="with --large")
    parser.add_argument("--cuda", action="store_true", help="--large on an NVIDIA GPU")
    parser.add_argument("--wall", action="store_true", help="time by the clock, not by the processor's seconds")
    parser.add_argument("--only", choices=("overhead", "plot"), help="with --webui: (a) and (b), or (c) and (d)")
    parser.add_argument("--webui", action="store_true", help="in the web UI that WEBUI_DIR and WEBUI_PYTHON name")
    options = parser.parse_args()
    if options.cuda:
        if not torch.cuda.is_available():
            print("There is no NVIDIA GPU that PyTorch can use here: leave --cuda out.", file=sys.stderr)
            return 2
        options.large, options.wall, options.device = True, True, "cuda"
    if options.webui and not {"WEBUI_DIR", "WEBUI_PYTHON"} <= os.environ.keys():
        print("Name the web UI's checkout in WEBUI_DIR and its Python in WEBUI_PYTHON.", file=sys.stderr)
        return 2
    times, ratios = in_webui(options) if options.webui else without_webui(options)
    print("\n".join([*lines(times), *map(str, ratios)]))
    return 0 if all(one.kept for one in ratios) else 1


if __name__ == "__main__":
    sys.exit(main())
