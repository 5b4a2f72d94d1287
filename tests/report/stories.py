"""A made-up story with pictures painted for it: what a report is written from, without any engine."""

from __future__ import annotations

from pathlib import Path

from consistent_character.report.story import CaptionChange, InputImage, RunStory, Story
from tests.report.forests import forest_test, picture
from worlds.cartoon.scene import ANGLES, HELD_OUT, ZOOMS

BEFORE = (
    "an extreme closeup front shot photo of a woman with dark skin, square face, plain gray clothes, long blue hair, "
    "(neutral gray background:1.3), neutral face expression"
)
AFTER = (
    "an extreme closeup front shot photo of c4rt00n1, plain gray clothes, long blue hair, neutral gray background, "
    "neutral face expression"
)


def inputs(folder: Path, per_cell: int) -> tuple[InputImage, ...]:
    """Images of every cell; each third one is rejected."""
    images = []
    cells = [(zoom, angle) for zoom in ZOOMS for angle in ANGLES for _ in range(per_cell)]
    for index, (zoom, angle) in enumerate(cells):
        path = picture(folder, f"{index:04}", HELD_OUT[0], zoom=zoom, angle=angle, background="gray", seed=index)
        reason, why = (("surplus", "enough of this cell"), ("near-duplicate", "the same as 0003.png"))[index % 2]
        kept = index % 3 > 0
        images.append(InputImage(path, zoom, angle, kept, "" if kept else reason, "" if kept else why))
    return tuple(images)


def run_story(folder: Path, name: str, *, onset: int | None, iterations: int = 8) -> RunStory:
    """A run whose forest fades from `onset` on, if there is one."""
    steps = [25 * (index + 1) for index in range(iterations)]
    return RunStory(
        name=name,
        title="captions done right" if onset is None else "backdrop left out, trained too hard",
        summary="What this run shows, in one sentence of ordinary length that wraps once or twice.",
        settings=(("learning rate", "0.005"), ("vectors", "8"), ("steps", str(steps[-1]))),
        captions=tuple(CaptionChange(f"{index:04}.png", BEFORE, AFTER) for index in range(6)),
        test=forest_test(folder / name, steps, onset=onset),
        base=folder / name,
    )


def story(folder: Path, *, per_cell: int = 2) -> Story:
    """Both runs of a demo."""
    person = HELD_OUT[0]
    return Story(
        token="c4rt00n1",
        look=person.look,
        prompt=BEFORE,
        checkpoint="cartoon-world",
        images=inputs(folder / "images", per_cell),
        runs=(run_story(folder, "right", onset=None), run_story(folder, "overtrained", onset=125)),
        seconds=(("generate", 21.4), ("curate", 1.9), ("caption", 0.3), ("train", 184.2), ("choose", 61.0)),
    )
