"""Whether the cartoon world overtrains as Stable Diffusion does, and keeps the forest where it is trained with care.

    python -m benchmarks.overtraining [--characters 5] [--seeds 3] [--out FOLDER] [--json FILE]

For each held-out character and seed, one run is trained the tutorial's way (every caption names the backdrop) and one
too hard (no caption names it). The truth is read from the pixels of forest pictures drawn with every saved iteration:
the share of the border that is forest, relative to the same seeds with the class word; and the reader's likeness to
the person.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean

from PIL import Image

from benchmarks.cartoon_world import sheet
from consistent_character.engine import EmbeddingFile, RenderRequest, TrainingExample, TrainRequest
from consistent_character.hosts.standalone.engine import StandaloneEngine
from worlds.cartoon import reader as reading
from worlds.cartoon.painter import SIZE
from worlds.cartoon.scene import ANGLES, HELD_OUT, ZOOMS, Person

FOREST = "{name}, an extreme closeup front shot color photo of {name} in a forest"
"""Names the embedding twice, as the template `[name], [filewords]` did while it was trained."""
WALL = "neutral gray background"


@dataclass(frozen=True)
class Recipe:
    """How an embedding is trained."""

    name: str
    names_backdrop: bool
    steps: int
    learn_rate: str
    num_vectors: int
    batch_size: int = 8


RECIPES = (
    Recipe("right", True, 240, "0.005", 8),
    Recipe("too hard", False, 240, "0.005", 16),
)


@dataclass(frozen=True)
class Point:
    """What one iteration draws.

    `scene` relative to the class word's pictures, `likeness` 0..1, `gray` share of the border.
    """

    step: int
    scene: float
    likeness: float
    gray: float


@dataclass(frozen=True)
class Run:
    """One run's curve."""

    character: int
    seed: int
    recipe: str
    points: tuple[Point, ...]


class Watch:
    """Nobody watches."""

    def stepped(self, step: int, steps: int, loss: float) -> None: ...
    def saved(self, iteration: object) -> None: ...
    def previewed(self, step: int, image: Path) -> None: ...


def training_pictures(engine: StandaloneEngine, person: Person, folder: Path, per_cell: int) -> list[tuple[Path, str]]:
    """Pictures of the person on gray, drawn by the model, each with what its caption says around the token."""
    folder.mkdir(parents=True, exist_ok=True)
    cells = [(zoom, angle) for zoom in reversed(ZOOMS) for angle in ANGLES for _ in range(per_cell)]
    pairs = [(folder / f"{index:03}.png", f"{zoom} {angle} photo of ") for index, (zoom, angle) in enumerate(cells)]
    missing = [index for index, (path, _) in enumerate(pairs) if not path.exists()]
    requests = (
        RenderRequest(
            prompt=f"{pairs[index][1]}{person.look}, plain gray clothes, ({WALL}:1.3), neutral face expression",
            seed=5000 + index,
            width=SIZE,
            height=SIZE,
            steps=15,
            cfg_scale=5.0,
        )
        for index in missing
    )
    for index, rendered in zip(missing, engine.render(requests), strict=True):
        rendered.image.save(pairs[index][0])
    return pairs


def captions(pairs: Sequence[tuple[Path, str]], name: str, recipe: Recipe) -> tuple[TrainingExample, ...]:
    """The pictures with the captions of a recipe."""
    wall = f", {WALL}" if recipe.names_backdrop else ""
    return tuple(
        TrainingExample(path, f"{opening}{name}, plain gray clothes{wall}, neutral face expression")
        for path, opening in pairs
    )


def forest(
    engine: StandaloneEngine, name: str, embeddings: tuple[EmbeddingFile, ...], seeds: range
) -> Iterator[Image.Image]:
    """The forest test's pictures."""
    requests = (
        RenderRequest(FOREST.format(name=name), seed, "", SIZE, SIZE, "Euler a", 20, 7.0, embeddings) for seed in seeds
    )
    return (rendered.image for rendered in engine.render(requests))


def curve(
    engine: StandaloneEngine, reader: reading.Reader, person: Person, files: Sequence[tuple[int, Path]], out: Path
) -> Iterator[Point]:
    """One point per iteration, and the sheet of its pictures."""
    seeds = range(100, 108)
    drawn = [list(forest(engine, "a " + person.noun, (), seeds))]
    reference = mean(map(reading.forest_share, drawn[0]))
    yield Point(0, 1.0, mean(reading.likeness(reader, drawn[0], person)), mean(map(reading.gray_share, drawn[0])))
    for step, path in files:
        drawn.append(list(forest(engine, "th3t0ken", (EmbeddingFile("th3t0ken", path),), seeds)))
        yield Point(
            step,
            mean(map(reading.forest_share, drawn[-1])) / max(reference, 1e-6),
            mean(reading.likeness(reader, drawn[-1], person)),
            mean(map(reading.gray_share, drawn[-1])),
        )
    sheet([picture for row in drawn for picture in row], columns=len(seeds)).save(out)


def train(
    engine: StandaloneEngine,
    reader: reading.Reader,
    character: int,
    seed: int,
    recipe: Recipe,
    out: Path,
    per_cell: int,
) -> Run:
    """Train one run and read its curve."""
    person = HELD_OUT[character]
    pairs = training_pictures(engine, person, out / f"pictures-{character}", per_cell)
    folder = out / f"{character}-{seed}-{recipe.name.replace(' ', '-')}"
    request = TrainRequest(
        name="th3t0ken",
        folder=folder,
        examples=captions(pairs, "th3t0ken", recipe),
        initialization_text=person.noun,
        num_vectors=recipe.num_vectors,
        learn_rate=recipe.learn_rate,
        batch_size=recipe.batch_size,
        steps=recipe.steps,
        width=SIZE,
        height=SIZE,
        save_every=40,
        seed=seed,
    )
    iterations = engine.trainer.train(request, Watch())
    files = [(iteration.step, iteration.path) for iteration in iterations]
    return Run(character, seed, recipe.name, tuple(curve(engine, reader, person, files, folder / "forest.png")))


def told(run: Run) -> str:
    """A run's curve in one line."""
    points = "  ".join(f"{p.step}:{p.scene:.2f}/{p.likeness:.2f}" for p in run.points)
    return f"character {run.character} seed {run.seed} {run.recipe:9} step:scene/likeness  {points}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures overtraining in the cartoon world.")
    parser.add_argument("--checkpoint", type=Path, default=None)
    parser.add_argument("--characters", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--per-cell", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("overtraining"))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    engine, reader = StandaloneEngine.load(options.checkpoint), reading.load()
    runs = []
    for character in range(options.characters):
        for seed in range(options.seeds):
            for recipe in RECIPES:
                runs.append(train(engine, reader, character, seed, recipe, options.out, options.per_cell))
                print(told(runs[-1]), flush=True)
    hard = [run.points[-1].scene for run in runs if run.recipe == "too hard"]
    right = [max(point.likeness for point in run.points if point.scene >= 0.7) for run in runs if run.recipe == "right"]
    lowest = [min(point.scene for point in run.points) for run in runs if run.recipe == "too hard"]
    print(
        f"too hard: scene falls to <= .2 in {sum(scene <= 0.2 for scene in lowest)}/{len(hard)} runs, "
        f"is there at the end in {sum(scene <= 0.2 for scene in hard)}"
    )
    print(f"right: likeness >= .85 with scene >= .7 in {sum(value >= 0.85 for value in right)}/{len(right)} runs")
    if options.json:
        options.json.write_text(json.dumps([asdict(run) for run in runs], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
