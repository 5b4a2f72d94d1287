"""At which weight, as in `(token:1.2)`, the chosen iteration draws best; and pictures that show it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
from PIL import Image

from consistent_character.choosing.reading import Looker
from consistent_character.choosing.rendering import Album, Planned, draw_missing
from consistent_character.choosing.request import NAME, ForestRequest
from consistent_character.choosing.result import ForestTest
from consistent_character.choosing.subject import Subject
from consistent_character.choosing.training_set import framed
from consistent_character.engine import CheckpointInfo, EmbeddingFile, Engine, RenderRequest, Sampler
from consistent_character.errors import UserError
from consistent_character.progress import Progress
from consistent_character.prompts import guard, infotext
from consistent_character.vision.seeing.sight import Sight

WEIGHTS = (0.8, 1.0, 1.2)
USUAL = 1.0
_CLEARLY = 0.05
"""A weight must draw this much more of likeness x scene than the usual one, and more with three seeds of four."""
_OF_THE_SEEDS = 0.75


@dataclass(frozen=True)
class Sample:
    """A picture of the chosen iteration, with what was written to get it."""

    path: Path
    prompt: str
    weight: float
    seed: int


@dataclass(frozen=True)
class Weighed:
    """The weight to use, the reason in words with the figures, and the pictures it was read from."""

    weight: float
    reason: str
    measured: bool
    samples: tuple[Sample, ...] = ()


def not_weighed(why: str) -> Weighed:
    """The usual weight, where nothing was measured."""
    return Weighed(USUAL, f"Not measured: {why}", measured=False)


def weigh(
    subject: Subject,
    test: ForestTest,
    embedding: EmbeddingFile,
    into: Path,
    seeds: int,
    engine: Engine,
    progress: Progress,
    sight: Sight | None = None,
) -> Weighed:
    """Draw the forest test's scene at each weight with its first seeds, and read the pictures as the test does.

    What is in the folder `into` already is not drawn again. With `sight` models look at them too, and are believed
    where they see people and faces as in photographs.

    Raises:
        UnsafePrompt: the prompt pairs sexual wording with somebody described as a minor. Nothing is drawn.
        FolderError: the disk is full or may not be written. What was drawn is kept.
        Interrupted: the user stopped it. What was drawn is kept.
    """
    request = _request_of(test, subject.base, engine.checkpoint.size, seeds)
    request.check()
    guard.check(f"{subject.look}, {request.class_prompt}")
    rows = {weight: _row(request, embedding, weight, into, engine.checkpoint) for weight in WEIGHTS}
    baseline = Album(subject.path, subject.token, request, (), engine.checkpoint).baseline(request.seeds)
    pictures = [one for row in rows.values() for one in row]
    draw_missing([*baseline, *pictures], engine, progress, "Weighing")
    samples = tuple(
        Sample(one.path, one.request.prompt, weight, one.request.seed) for weight, row in rows.items() for one in row
    )
    looker = Looker(subject.references, framed(subject.references, request.class_prompt).references, sight)
    instruments = looker.calibrate(baseline, progress)
    if cannot_tell := instruments.cannot_tell:
        return replace(not_weighed(cannot_tell), samples=samples)
    looker.see(pictures, progress)
    readings = dict(zip(rows, looker.readings(dict(enumerate(rows.values()))), strict=True))
    worth = {
        weight: [float(np.clip(s, 0, 1) * np.clip(k, 0, 1)) for s, k in zip(one.scene, one.likeness, strict=True)]
        for weight, one in readings.items()
    }
    weight, reason = best_weight(worth)
    by = f"Likeness is read from {looker.likeness_from(pictures)}."
    return Weighed(weight, f"{reason} {by}", measured=True, samples=samples)


def best_weight(worth: Mapping[float, Sequence[float]]) -> tuple[float, str]:
    """The weight to use and why. `worth` is likeness x scene, 0..1, by weight, the same seeds in the same order.

    The usual weight stays unless another one is clearly better with the same seeds: it is what everybody writes.
    """
    means = {weight: float(np.mean(found)) for weight, found in worth.items()}
    figures = ", ".join(f"{mean:.2f} at {weight:g}" for weight, mean in sorted(means.items()))
    told = f"Likeness × scene is {figures}, with {len(worth[USUAL])} seeds each."
    best = max(means, key=means.__getitem__)
    wins = float(np.mean([one > usual for one, usual in zip(worth[best], worth[USUAL], strict=True)]))
    if best != USUAL and means[best] - means[USUAL] >= _CLEARLY and wins >= _OF_THE_SEEDS:
        return best, told
    return USUAL, f"{told} No other weight is clearly better."


def _request_of(test: ForestTest, base: Path, edge: int, seeds: int) -> ForestRequest:
    """The test's own request, as far as it is known: its settings are read from its first picture."""
    known = ForestRequest(test.prompt, test.class_word, test.seeds[:seeds], width=edge, height=edge)
    try:
        with Image.open(base / test.baseline[0]) as image:
            told = infotext.parse(str(image.info.get("parameters", "")))
    except (OSError, IndexError, SyntaxError):
        return known
    given = told.parameters
    sampler = " ".join(part for part in (given.get("Sampler", ""), _schedule(given)) if part)
    width, _, height = given.get("Size", "").partition("x")
    try:
        changed = replace(
            known,
            negative_prompt=told.negative_prompt,
            sampler=cast(Sampler, sampler),
            steps=int(given["Steps"]),
            cfg_scale=float(given["CFG scale"]),
            width=int(width),
            height=int(height),
        )
        changed.check()
    except (KeyError, ValueError, UserError):
        return known
    return changed


def _row(
    request: ForestRequest, embedding: EmbeddingFile, weight: float, into: Path, checkpoint: CheckpointInfo
) -> list[Planned]:
    named = NAME if weight == USUAL else f"({NAME}:{weight:g})"
    weighted = replace(request, prompt=request.prompt.replace(NAME, named))
    content = hashlib.sha256(embedding.path.read_bytes()).hexdigest()
    return [
        Planned(into / f"weight-{weight:g}-seed-{seed}.png", picture, _key(picture, content, checkpoint))
        for seed in request.seeds
        for picture in (weighted.picture(seed, embedding),)
    ]


def _key(picture: RenderRequest, content: str, checkpoint: CheckpointInfo) -> str:
    document = {**dataclasses.asdict(picture), "embeddings": [content], "checkpoint": checkpoint.sha256}
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _schedule(given: Mapping[str, str]) -> str:
    """Only Karras' is part of a sampler's name here."""
    return "Karras" if given.get("Schedule type") == "Karras" and "Karras" not in given.get("Sampler", "") else ""
