"""How fast the standalone engine draws and trains, and how much memory it takes.

    python -m benchmarks.engine [--checkpoint FILE] [--device auto] [--images 8] [--steps 10] [--updates 20] [--json]

Every time is also given as a ratio, which says the same on a slow machine: a picture of a batch against one drawn
alone, the engine against the bare networks doing the same work, a training update against one guided sampling step.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from PIL import Image

from consistent_character.engine import Iteration, RenderRequest, TrainingExample, TrainRequest
from consistent_character.hosts.standalone.engine import StandaloneEngine

PROMPT = "a closeup front shot photo of a woman with black hair, neutral gray background"


class NoWatch:
    def stepped(self, step: int, steps: int, loss: float) -> None:
        pass

    def saved(self, iteration: Iteration) -> None:
        pass

    def previewed(self, step: int, image: Path) -> None:
        pass


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The shortest of several runs, after one to warm up: what else the machine does only ever adds."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - start)
    return min(taken)


def drawing(engine: StandaloneEngine, images: int, steps: int) -> dict[str, float]:
    """Seconds per picture, alone and in a batch, and what the bare networks take for the picture alone."""
    size = engine.checkpoint.size
    asked = [RenderRequest(PROMPT, seed, "", size, size, "Euler a", steps) for seed in range(images)]

    def drain(requests: Iterable[RenderRequest]) -> None:
        for _ in engine.render(requests):
            pass

    alone = seconds(lambda: drain(asked[:1]))
    batch = seconds(lambda: drain(asked)) / images
    return {
        "image alone": alone,
        f"image in a batch of {images}": batch,
        "bare networks, image alone": bare(engine, steps),
    }


@torch.no_grad()
def bare(engine: StandaloneEngine, steps: int) -> float:
    """Seconds of `steps` guided passes through the UNet and one through the decoder, with nothing around them."""
    model = engine.model
    edge = model.size // 8
    latents = torch.randn(2, 4, edge, edge, device=model.device.where, dtype=model.device.dtype)
    words = torch.randn(2, 77, model.width, device=model.device.where, dtype=model.device.dtype)
    passes = seconds(lambda: [model.unet(latents, 500, words) for _ in range(steps)])
    return passes + seconds(lambda: model.vae.decode(latents[:1].float()))


def training(engine: StandaloneEngine, updates: int, batch_size: int) -> float:
    """Seconds per update, saving left out: the difference of a long and a short run."""
    size = engine.checkpoint.size
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "gray.png"
        Image.new("RGB", (size, size), (128, 128, 128)).save(image)
        examples = (TrainingExample(image, PROMPT),) * batch_size

        def run(steps: int) -> float:
            start = time.perf_counter()
            out = Path(folder) / f"{steps}-{time.monotonic_ns()}"
            asked = TrainRequest(
                "t0ken", out, examples, batch_size=batch_size, steps=steps, width=size, height=size, save_every=0
            )
            engine.trainer.train(asked, NoWatch())
            return time.perf_counter() - start

        run(1)
        return max(1e-9, (run(updates + 1) - run(1)) / updates)


def peak_memory(engine: StandaloneEngine) -> float:
    """The most memory taken so far in MB: the GPU's, if the model is there, else the process's."""
    if engine.model.device.where.type == "cuda":
        return torch.cuda.max_memory_allocated() / 1e6
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3


def measure(engine: StandaloneEngine, images: int, steps: int, updates: int) -> dict[str, dict[str, float]]:
    """All figures: `seconds`, `ratios`, `megabytes`."""
    found = drawing(engine, images, steps)
    found["update, batch 1"] = training(engine, updates, 1)
    found["update, batch 8"] = training(engine, max(2, updates // 4), 8)
    alone, batch, networks = (found[name] for name in list(found)[:3])
    ratios = {
        "image in a batch / image alone": batch / alone,
        "engine / bare networks, image alone": alone / networks,
        "update, batch 1 / guided step": found["update, batch 1"] / (networks / steps),
        "update, batch 8 / update, batch 1": found["update, batch 8"] / found["update, batch 1"],
    }
    return {"seconds": found, "ratios": ratios, "megabytes": {"peak memory": peak_memory(engine)}}


def main() -> None:
    parser = argparse.ArgumentParser(description="Times the standalone engine.")
    parser.add_argument(
        "--checkpoint", type=Path, help="a Stable Diffusion 1.x checkpoint; the cartoon world's by default"
    )
    parser.add_argument("--device", default="auto")
    parser.add_argument("--images", type=int, default=8, help="pictures in the batch")
    parser.add_argument("--steps", type=int, default=10, help="sampling steps")
    parser.add_argument("--updates", type=int, default=20, help="training updates to time")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    engine = StandaloneEngine.load(options.checkpoint, options.device)
    found = measure(engine, options.images, options.steps, options.updates)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{engine.checkpoint.name}, {engine.checkpoint.size} px, {options.steps} steps, {engine.model.device.where}")
    for unit, figures in found.items():
        for name, value in figures.items():
            print(f"{name:40s} {value:10.3f} {unit if unit != 'ratios' else 'x'}")


if __name__ == "__main__":
    main()
