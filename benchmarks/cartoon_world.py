"""How well the cartoon world's checkpoint draws what it is asked for.

    python -m benchmarks.cartoon_world [--prompts 200] [--sheet FILE.png] [--json FILE]

Draws seeded prompts with the standalone engine and reads the pictures with the world's reader, which sees pixels and
never a prompt. An attribute is asked for only where a drawn picture shows it: no face from behind, no clothes in an
extreme closeup.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from random import Random

from PIL import Image

from consistent_character.engine import Engine, RenderRequest
from consistent_character.hosts.standalone.engine import StandaloneEngine
from worlds.cartoon import reader as reading
from worlds.cartoon.captions import clear_caption
from worlds.cartoon.painter import SIZE
from worlds.cartoon.scene import ANGLES, HELD_OUT, Scene, sample_scene

SEED = 20_000


@dataclass(frozen=True)
class Row:
    """One line of the table: `right` of `asked` pictures show what was asked for; `goal` is the share to reach."""

    name: str
    right: int
    asked: int
    goal: float

    @property
    def share(self) -> float:
        """Share of pictures that are right, 0..1."""
        return self.right / self.asked if self.asked else 0.0


def _face_seen(scene: Scene) -> bool:
    return scene.angle != "rear angle"


def _clothes_seen(scene: Scene) -> bool:
    return scene.zoom != "an extreme closeup" and not (scene.angle == "rear angle" and scene.hair_length == "long")


@dataclass(frozen=True)
class Question:
    """An attribute, the scenes in which a picture shows it, and the share of pictures that must be right."""

    name: str
    attribute: str
    goal: float
    shown: Callable[[Scene], bool] = lambda scene: True


QUESTIONS = (
    Question("background", "background", 0.95),
    Question("hair colour", "hair", 0.95),
    Question("zoom", "zoom", 0.95),
    Question("skin", "skin", 0.90, _face_seen),
    Question("clothes", "clothes", 0.90, _clothes_seen),
    Question("front, rear, side", "angle", 0.85, lambda scene: scene.angle in ANGLES[:3]),
    Question("above, low", "angle", 0.70, lambda scene: scene.angle in ANGLES[3:]),
    Question("hair length", "hair_length", 0.0, _face_seen),
    Question("face shape", "face", 0.0, _face_seen),
    Question("glasses", "glasses", 0.0, _face_seen),
)


def scenes(count: int) -> list[Scene]:
    """Seeded scenes in which every zoom, angle and background comes equally often."""
    random = Random(SEED)
    drawn = [sample_scene(random) for _ in range(count)]
    return [replace(scene, angle=ANGLES[index % len(ANGLES)]) for index, scene in enumerate(drawn)]


def draw(engine: Engine, wanted: Sequence[Scene], steps: int, cfg_scale: float) -> Iterator[Image.Image]:
    """One picture per scene, each with its own seed."""
    requests = (
        RenderRequest(
            prompt=clear_caption(scene),
            seed=SEED + index,
            width=SIZE,
            height=SIZE,
            steps=steps,
            cfg_scale=cfg_scale,
        )
        for index, scene in enumerate(wanted)
    )
    return (rendered.image for rendered in engine.render(requests))


def obedience(read: Sequence[dict[str, object]], wanted: Sequence[Scene]) -> list[Row]:
    """The table of shares, one row per question."""
    rows = []
    for question in QUESTIONS:
        pairs = [(seen, scene) for seen, scene in zip(read, wanted, strict=True) if question.shown(scene)]
        right = sum(seen[question.attribute] == getattr(scene, question.attribute) for seen, scene in pairs)
        rows.append(Row(question.name, right, len(pairs), question.goal))
    return rows


def told_apart(engine: Engine, reader: reading.Reader, each: int, steps: int, cfg_scale: float) -> Row:
    """Over all pairs of held-out people: the share of pictures that look more like the one they show."""
    pictures = {}
    for place, person in enumerate(HELD_OUT):
        views = [
            person.seen(
                clothes="gray", zoom="an extreme closeup", angle=("front shot", "side angle")[i % 2], background="gray"
            )
            for i in range(each)
        ]
        pictures[place] = list(draw(engine, views, steps, cfg_scale))
    right = asked = 0
    for one, other in combinations(range(len(HELD_OUT)), 2):
        for own, foreign in ((one, other), (other, one)):
            verdicts = reading.tell_apart(reader, pictures[own], HELD_OUT[own], HELD_OUT[foreign])
            right, asked = right + sum(verdicts), asked + len(verdicts)
    return Row("held-out people told apart", right, asked, 0.95)


def sheet(pictures: Sequence[Image.Image], columns: int = 20) -> Image.Image:
    """Pictures in rows of `columns`."""
    height = -(-len(pictures) // columns)
    page = Image.new("RGB", (columns * SIZE, height * SIZE))
    for index, picture in enumerate(pictures):
        page.paste(picture, (index % columns * SIZE, index // columns * SIZE))
    return page


def table(rows: Sequence[Row]) -> str:
    """The rows as text."""
    lines = [f"{'asked for':28} {'right':>11} {'share':>7} {'goal':>6}"]
    for row in rows:
        goal = f"{row.goal:6.2f}" if row.goal else "     -"
        mark = "" if row.share >= row.goal else "   short"
        lines.append(f"{row.name:28} {row.right:5}/{row.asked:<5} {row.share:7.3f} {goal}{mark}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures how well the cartoon world obeys its prompts.")
    parser.add_argument("--checkpoint", type=Path, default=None)
    parser.add_argument("--prompts", type=int, default=200)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--cfg-scale", type=float, default=5.0)
    parser.add_argument("--sheet", type=Path, help="write the pictures here")
    parser.add_argument("--json", type=Path, help="write the table here")
    options = parser.parse_args()
    engine, reader = StandaloneEngine.load(options.checkpoint), reading.load()
    wanted = scenes(options.prompts)
    pictures = list(draw(engine, wanted, options.steps, options.cfg_scale))
    rows = obedience(reading.read(reader, pictures), wanted)
    rows.append(told_apart(engine, reader, 10, options.steps, options.cfg_scale))
    print(table(rows))
    if options.sheet:
        sheet(pictures).save(options.sheet)
    if options.json:
        figures = {row.name: {"right": row.right, "asked": row.asked, "goal": row.goal} for row in rows}
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
