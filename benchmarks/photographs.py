"""The forest test's two signals on photographs, with the installed models and without them.

    python -m benchmarks.photographs [--runs 24] [--sheet FILE.png] [--json FILE] [--photographs FOLDER]

Real people from libraries' sample data are composed before plain walls (a training set), before real scenes (the class
word: other people), and in iterations that learn the person and lose the scene in known shares. Needs the models
(`doctor --install seeing`): they cut the people out, too. The photographs are downloaded once.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import mean

import numpy as np
from PIL import Image

from benchmarks.composing import PHOTOGRAPHS, PLACES, SIZE, WALLS, Cutout, composed, cutouts, fetch, place, wall
from consistent_character import libraries
from consistent_character.choosing.onset import overtrained_from
from consistent_character.vision import features
from consistent_character.vision.seeing import installing
from consistent_character.vision.seeing.seen import STYLE_FREE, Seen
from consistent_character.vision.seeing.sight import Sight, lookers
from consistent_character.vision.seeing.trust import identities, person_masks, trust
from consistent_character.vision.signals.identity import Identities, told_apart
from consistent_character.vision.signals.pixels import EDGE, Floats, described, learn_regions
from consistent_character.vision.signals.resemblance import ResemblanceSignal
from consistent_character.vision.signals.scene import People, SceneSignal

TRAINING, SEEDS = 16, 4
SCENES = (1.0, 1.0, 1.0, 1.0, 0.9, 0.75, 0.25, 0.1, 0.0, 0.0)
"""How much of the scene each iteration keeps; the other half of the runs never lose any."""
LIKENESSES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
"""In how many of its pictures it is the character."""
CLOSENESS = (0.34, 0.5)
COLUMNS = 10
"""Where a scene is lost in patches, these are a tenth of the picture wide: narrower ones are a texture, and no wall."""
ASIDE = 0.15
"""A training set keeps its person in the middle; elsewhere they stand as they like."""


@dataclass(frozen=True)
class Recipe:
    """One simulated run."""

    person: str
    place: str
    wall: str
    closeness: float
    fades: bool
    patchy: bool
    seed: int

    @property
    def scenes(self) -> tuple[float, ...]:
        return SCENES if self.fades else (1.0,) * len(SCENES)


@dataclass(frozen=True)
class Pictures:
    """What a run is judged by: files, in the order of the seeds."""

    training_set: tuple[Path, ...]
    baseline: tuple[Path, ...]
    iterations: tuple[tuple[Path, ...], ...]


@dataclass(frozen=True)
class Result:
    """What one way of seeing read. Errors are mean absolute ones of an iteration's mean."""

    eyes: str
    person: str
    place: str
    fades: bool
    scene_auc: float
    likeness_auc: float
    scene_error: float
    likeness_error: float
    onset: int | None
    true_onset: int | None
    told: str

    @property
    def right(self) -> bool:
        """Whether the onset is named within one iteration, or none where there is none."""
        if self.onset is None or self.true_onset is None:
            return self.onset == self.true_onset
        return abs(self.onset - self.true_onset) <= 1


def recipes(runs: int) -> list[Recipe]:
    """Everybody before everything, evenly."""
    people, places, walls = list(PHOTOGRAPHS), list(PLACES), list(WALLS)
    every = [(person, where) for person in people for where in places]
    return [
        Recipe(
            *every[number % len(every)],
            wall=walls[(number + number // len(places)) % len(walls)],
            closeness=CLOSENESS[number // 2 % 2],
            fades=number % 4 != 3,
            patchy=number % 2 == 0,
            seed=number,
        )
        for number in range(runs)
    ]


def compose(recipe: Recipe, folder: Path, people: dict[str, tuple[Cutout, ...]], into: Path) -> Pictures:
    """Draw a whole run."""
    known = people[recipe.person]
    learnt = known[:-1] or known
    chance = Random(recipe.seed)
    training_set = tuple(
        _saved(composed(learnt[number % len(learnt)], wall(recipe.wall, chance), recipe.closeness, number), into)
        for number in range(TRAINING)
    )
    seeds = [100 + 10 * recipe.seed + number for number in range(SEEDS)]
    strangers = [name for name in people if name != recipe.person]
    others = [people[strangers[(seed + number) % len(strangers)]][0] for number, seed in enumerate(seeds)]
    rows = zip((1.0, *recipe.scenes), (0.0, *LIKENESSES), strict=True)
    drawn = [
        tuple(
            _saved(_iteration(recipe, folder, seed, scene, known[-1] if number < likeness * SEEDS else other), into)
            for number, (seed, other) in enumerate(zip(seeds, others, strict=True))
        )
        for scene, likeness in rows
    ]
    return Pictures(training_set, drawn[0], tuple(drawn[1:]))


def _iteration(recipe: Recipe, folder: Path, seed: int, scene: float, person: Cutout) -> Image.Image:
    chance = Random(seed)
    there, plain = place(folder, recipe.place, chance), wall(recipe.wall, chance)
    if recipe.patchy:
        backdrop, step = plain, SIZE // COLUMNS
        for column in chance.sample(range(COLUMNS), round(COLUMNS * scene)):
            box = (column * step, 0, (column + 1) * step, SIZE)
            backdrop.paste(there.crop(box), box)
    else:
        backdrop = Image.blend(plain, there, scene)
    return composed(person, backdrop, recipe.closeness, seed, ASIDE)


def _saved(picture: Image.Image, into: Path) -> Path:
    path = into / f"{len(list(into.iterdir())):05}.png"
    picture.save(path)
    return path


def judge(recipe: Recipe, pictures: Pictures, sight: Sight | None) -> Result:
    """Read a run, by what `sight` sees or without it."""
    walls, baseline = ([_described(path) for path in paths] for paths in (pictures.training_set, pictures.baseline))
    regions = learn_regions(walls, walls)
    seen = [list(_seen(sight, paths)) for paths in (pictures.training_set, pictures.baseline, *pictures.iterations)]
    decided = trust(seen[0], seen[1])
    masks = [person_masks(one, EDGE) if decided.masks else [None] * len(one) for one in seen]
    faces = [identities(one) if decided.identity else [None] * len(one) for one in seen]
    scene = SceneSignal(walls, baseline, regions.backdrop, People(masks[0], masks[1]))
    likeness = ResemblanceSignal(walls, walls, baseline)
    by_face = told_apart(Identities(faces[0], faces[1]))
    read = []
    for number, paths in enumerate(pictures.iterations, start=2):
        rows = [(n, _described(path), masks[number][n], faces[number][n]) for n, path in enumerate(paths)]
        scenes = mean(scene.read(picture, n, mask) for n, picture, mask, _ in rows)
        alike = [
            likeness.read(picture) if face is None or by_face is None else by_face.read(face)
            for _, picture, _, face in rows
        ]
        read.append((scenes, mean(alike)))
    lost = overtrained_from(range(len(read)), [scenes for scenes, _ in read])
    true = [number for number, kept in enumerate(recipe.scenes) if kept < 0.5]
    return Result(
        eyes="models" if sight else "style-free",
        person=recipe.person,
        place=recipe.place,
        fades=recipe.fades,
        scene_auc=scene.separation.auc,
        likeness_auc=(by_face or likeness).separation.auc,
        scene_error=_error([scenes for scenes, _ in read], recipe.scenes),
        likeness_error=_error([likenesses for _, likenesses in read], LIKENESSES),
        onset=lost,
        true_onset=true[0] if true else None,
        told=scene.cannot_tell or likeness.cannot_tell or decided.reason,
    )


def _error(read: Sequence[float], true: Sequence[float]) -> float:
    return float(np.abs(np.clip(read, 0, 1) - np.asarray(true)).mean())


def _described(path: Path) -> Floats:
    return described(features.load_rgb(path, 2 * EDGE))


def _seen(sight: Sight | None, paths: Sequence[Path]) -> Sequence[Seen]:
    return sight.look(paths) if sight else [Seen(by=STYLE_FREE)] * len(paths)


def table(results: Sequence[Result]) -> str:
    """One line for each way of seeing, and one for each run that it got wrong."""
    lines = [f"{'eyes':<11}{'runs':>5}{'scene AUC':>11}{'error':>7}{'likeness AUC':>14}{'error':>7}{'onset right':>13}"]
    for eyes in ("models", "style-free"):
        own = [result for result in results if result.eyes == eyes]
        aucs = [mean(getattr(one, name) for one in own) for name in ("scene_auc", "likeness_auc")]
        errors = [mean(getattr(one, name) for one in own) for name in ("scene_error", "likeness_error")]
        right = f"{sum(one.right for one in own)} of {len(own)}"
        lines.append(
            f"{eyes:<11}{len(own):>5}{aucs[0]:>11.3f}{errors[0]:>7.3f}{aucs[1]:>14.3f}{errors[1]:>7.3f}{right:>13}"
        )
    wrong = [one for one in results if not one.right]
    lines += [
        f"wrong: {one.eyes}, {one.person} before {one.place}: {one.onset} for {one.true_onset}. {one.told}"
        for one in wrong
    ]
    return "\n".join(lines)


def sheet(pictures: Pictures) -> Image.Image:
    """The training set, the class word, and every other iteration, a row each."""
    rows = [pictures.training_set[:SEEDS], pictures.baseline, *pictures.iterations[1::2]]
    edge = SIZE // 2
    page = Image.new("RGB", (SEEDS * edge, len(rows) * edge))
    for y, row in enumerate(rows):
        for x, path in enumerate(row):
            page.paste(Image.open(path).resize((edge, edge)), (x * edge, y * edge))
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=24)
    parser.add_argument("--sheet", type=Path, help="save the pictures of the first run")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--photographs", type=Path, default=libraries.FOLDER / "photographs")
    arguments = parser.parse_args()
    there = installing.installed()
    if there is None:
        parser.exit(2, f"{installing.seeing_hint()}\n")
    arguments.photographs.mkdir(parents=True, exist_ok=True)
    folder = fetch(arguments.photographs)
    results = []
    with Sight(lookers(there)) as sight, tempfile.TemporaryDirectory() as place_:
        people = cutouts(folder, sight)
        for recipe in recipes(arguments.runs):
            into = Path(place_) / str(recipe.seed)
            into.mkdir()
            pictures = compose(recipe, folder, people, into)
            if arguments.sheet and recipe.seed == 0:
                sheet(pictures).save(arguments.sheet)
            results += [judge(recipe, pictures, sight), judge(recipe, pictures, None)]
            print(f"{recipe.seed + 1} of {arguments.runs}: {recipe.person} before {recipe.place}", flush=True)
    print(table(results))
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(result) for result in results], indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
