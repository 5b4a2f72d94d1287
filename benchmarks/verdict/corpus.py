"""Trains the runs: character folders as the five steps make them, with the engine that everybody uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from benchmarks.overtraining import Watch
from benchmarks.verdict.recipes import WALLS, Case
from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestRequest
from consistent_character.engine import RenderRequest, TrainingExample, TrainRequest
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.training.runs import start_run
from worlds.cartoon.painter import SIZE, paint
from worlds.cartoon.scene import ANGLES, ZOOMS

TOKEN = "th3t0ken"
SAVE_EVERY = 15
PER_CELL = 2
PHRASES = {"night": "at night", "snow": "in the snow", "beach": "on a beach", "room": "in a room"}


def request(case: Case, seeds: Sequence[int]) -> ForestRequest:
    """The forest test of a run. The template `[name], [filewords]` names the token twice, and so does this."""
    place = PHRASES.get(case.place, f"in a {case.place}")
    return ForestRequest(
        prompt=f"{{name}}, an extreme closeup front shot color photo of {{name}} {place}",
        class_word="a " + case.person.noun,
        seeds=tuple(seeds),
        width=SIZE,
        height=SIZE,
        steps=12,
    )


def opened(engine: StandaloneEngine, case: Case, out: Path) -> CharacterFolder:
    """The character's folder, its training pictures drawn, or painted where the model knows no such wall."""
    path = out / f"character-{case.character}"
    if not (path / "character.toml").exists():
        CharacterFolder.create(
            path, Character(token=TOKEN, look=case.person.look, initialization_text=case.person.noun)
        )
    folder = CharacterFolder.open(path)
    for name, image in _pictures(engine, case, folder.images):
        image.save(folder.images / name)
    return folder


def _cells() -> list[tuple[str, str]]:
    return [(zoom, angle) for zoom in reversed(ZOOMS) for angle in ANGLES for _ in range(PER_CELL)]


def _pictures(engine: StandaloneEngine, case: Case, images: Path) -> Iterator[tuple[str, Image.Image]]:
    names = [f"{index:03}.png" for index in range(len(_cells()))]
    if all((images / name).exists() for name in names):
        return
    colour = WALLS[case.wall]
    drawn = _drawn(engine, case) if colour is None else _painted(case, colour)
    yield from zip(names, drawn, strict=True)


def _drawn(engine: StandaloneEngine, case: Case) -> Iterator[Image.Image]:
    requests = (
        RenderRequest(
            prompt=f"{zoom} {angle} photo of {case.person.look}, plain gray clothes, ({case.wall}:1.3), "
            "neutral face expression",
            seed=5000 + index,
            width=SIZE,
            height=SIZE,
            steps=15,
            cfg_scale=5.0,
        )
        for index, (zoom, angle) in enumerate(_cells())
    )
    return (rendered.image for rendered in engine.render(requests))


def _painted(case: Case, colour: tuple[int, int, int]) -> Iterator[Image.Image]:
    """Where a picture differs between a gray and a white wall, there the wall is: it takes any colour."""
    for index, (zoom, angle) in enumerate(_cells()):
        scene = case.person.seen(clothes="gray", zoom=zoom, angle=angle, background="gray")
        gray, white = (
            np.asarray(paint(replace(scene, background=wall), Random(index)), dtype=np.float32)
            for wall in ("gray", "white")
        )
        most = float((white - gray).max())
        wall = (white - gray).mean(axis=-1, keepdims=True) / most
        person = gray - wall * gray[0, 0]
        yield Image.fromarray(np.clip(person + wall * np.asarray(colour, dtype=np.float32), 0, 255).astype(np.uint8))


def run_folder(folder: CharacterFolder, case: Case) -> Path:
    return folder.path / "runs" / case.recipe.name


def trained(engine: StandaloneEngine, case: Case, folder: CharacterFolder, save_every: int = SAVE_EVERY) -> Path:
    """The run, trained to its end, an iteration saved every so many steps."""
    path = run_folder(folder, case)
    wall = f", {case.wall}" if case.recipe.names_backdrop else ""
    asked = TrainRequest(
        name=TOKEN,
        folder=path,
        examples=tuple(
            TrainingExample(
                folder.images / f"{index:03}.png",
                f"{zoom} {angle} photo of {TOKEN}, plain gray clothes{wall}, neutral face expression",
            )
            for index, (zoom, angle) in enumerate(_cells())
        ),
        initialization_text=case.person.noun,
        num_vectors=case.recipe.num_vectors,
        learn_rate=case.recipe.learn_rate,
        batch_size=case.recipe.batch_size,
        steps=case.recipe.steps,
        width=SIZE,
        height=SIZE,
        save_every=save_every,
        seed=case.character,
    )
    start_run(folder, asked, engine.checkpoint)
    engine.trainer.train(asked, Watch())
    return path
