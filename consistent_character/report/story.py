"""The facts that a report tells: plain frozen values, whatever host or step they came from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class InputImage:
    """One generated image and what became of it.

    `reason` is the short name of the pile it was moved to (`near-duplicate`), empty when it was kept; `why` says it
    in words.
    """

    path: Path
    zoom: str
    angle: str
    kept: bool
    reason: str = ""
    why: str = ""


@dataclass(frozen=True)
class CaptionChange:
    """A caption before and after it was rewritten; `image` is the name of the image it belongs to."""

    image: str
    before: str
    after: str


@dataclass(frozen=True)
class IterationResult:
    """How one saved iteration did in the forest test.

    `scene` is 0 where the training backdrop shows and 1 where the scene asked for does; `likeness` is 0 for the class
    word and 1 for the training images among themselves. `pictures` are in the order of the run's seeds.
    """

    step: int
    scene: float
    likeness: float
    verdict: str
    reason: str
    pictures: tuple[Path, ...] = ()


@dataclass(frozen=True)
class RunStory:
    """One training run and the forest test over its iterations.

    `baseline` are the pictures of the class word with the same seeds, `references` some of the training images. `onset`
    is the first step of the overtrained ones, `recommended` the step to use; each is None where there is none.
    `cannot_tell` is why no verdict is possible.
    """

    name: str
    title: str
    summary: str
    settings: tuple[tuple[str, str], ...]
    captions: tuple[CaptionChange, ...]
    seeds: tuple[int, ...]
    baseline: tuple[Path, ...]
    references: tuple[Path, ...]
    iterations: tuple[IterationResult, ...]
    onset: int | None
    recommended: int | None
    why: str
    cannot_tell: str = ""

    @property
    def best(self) -> IterationResult | None:
        """The recommended iteration."""
        return next((iteration for iteration in self.iterations if iteration.step == self.recommended), None)


@dataclass(frozen=True)
class Story:
    """Everything a report tells. `seconds` holds each step's name and its seconds, in the order they were done."""

    token: str
    look: str
    prompt: str
    checkpoint: str
    images: tuple[InputImage, ...]
    runs: tuple[RunStory, ...]
    seconds: tuple[tuple[str, float], ...]

    @property
    def kept(self) -> tuple[InputImage, ...]:
        """The images that were trained on."""
        return tuple(image for image in self.images if image.kept)

    @property
    def rejected(self) -> tuple[InputImage, ...]:
        """The images that were moved out of the way."""
        return tuple(image for image in self.images if not image.kept)

    @property
    def total_seconds(self) -> float:
        """Seconds of all steps together."""
        return sum(seconds for _, seconds in self.seconds)
