"""The facts that a report tells: plain frozen values, whatever host or step they came from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from consistent_character.choosing import ForestTest
from consistent_character.prompts.cells import TUTORIAL, Vocabulary


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
class RunStory:
    """One training run and the forest test over its iterations; the test's paths start from `base`."""

    name: str
    title: str
    summary: str
    settings: tuple[tuple[str, str], ...]
    captions: tuple[CaptionChange, ...]
    test: ForestTest
    base: Path


@dataclass(frozen=True)
class Story:
    """Everything a report tells. `seconds` holds each step's name and its seconds, in the order they were done.

    `vocabulary` are the zooms and viewing angles that the images were asked for in.
    """

    token: str
    look: str
    prompt: str
    checkpoint: str
    images: tuple[InputImage, ...]
    runs: tuple[RunStory, ...]
    seconds: tuple[tuple[str, float], ...]
    vocabulary: Vocabulary = TUTORIAL

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
