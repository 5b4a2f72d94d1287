"""What a forest test is asked to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from consistent_character.engine import EmbeddingFile, RenderRequest, Sampler
from consistent_character.errors import RequestError
from consistent_character.prompts import guard

NAME = "{name}"
"""Stands in the prompt for the character, and for the class word in the baseline."""

FEWEST_SEEDS, MOST_SEEDS = 2, 64

Search = Literal["coarse", "all"]


@dataclass(frozen=True)
class ForestRequest:
    """The pictures that are drawn of every iteration. The defaults are the tutorial's."""

    prompt: str = "an extreme closeup color photo of {name} in a forest"
    """A place that the training set does not show; `{name}` becomes the iteration, or the class word (the baseline)."""
    class_word: str = "woman"
    """What the character is before anything is learned, such as the initialization text."""
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8)
    """The same for every iteration, 2 to 64 of them. More of them make the verdict surer and the test longer."""
    search: Search = "coarse"
    """`coarse` looks at some iterations with half of the seeds, then closer where it matters; `all` at everything."""
    more_seeds: int = 56
    """How many seeds more to take at most, 0 to 64, where those above do not agree on what the answer hangs on."""
    negative_prompt: str = ""
    """What should not be there. Not read by the safety check."""
    sampler: Sampler = "Euler a"
    """By the name that A1111 gives it."""
    steps: int = 20
    """Sampling steps a picture, 1 to 150."""
    cfg_scale: float = 7.0
    """How strictly the prompt is obeyed, 1 to 30."""
    width: int = 512
    """Pixels, a multiple of 8; the size that the checkpoint was trained at draws best."""
    height: int = 512
    """Pixels, a multiple of 8."""

    def check(self) -> None:
        """Look at every setting.

        Raises:
            RequestError: the first setting that cannot be used, and what it may be.
            UnsafePrompt: the prompt pairs sexual wording with somebody described as a minor.
        """
        if NAME not in self.prompt:
            raise RequestError(f"The forest prompt has no {NAME}: write {NAME} where the character's name belongs.")
        if not self.class_word.strip():
            raise RequestError("The class word is empty: write what the character is, such as woman.")
        if len(set(self.seeds)) != len(self.seeds):
            raise RequestError("The forest test's seeds are not all different: each picture needs a seed of its own.")
        for what, value, low, high in self._ranges():
            if not low <= value <= high:
                raise RequestError(f"{what}: {value:g} is outside {low} to {high}.")
        if self.sampler not in get_args(Sampler):
            raise RequestError(f'There is no sampler "{self.sampler}": take one of {", ".join(get_args(Sampler))}.')
        if self.search not in get_args(Search):
            raise RequestError(f'There is no search "{self.search}": take one of {", ".join(get_args(Search))}.')
        for what, pixels in (("width", self.width), ("height", self.height)):
            if pixels % 8:
                raise RequestError(f"The {what} {pixels} cannot be drawn: take a multiple of 8.")
        guard.check(self.class_prompt)

    def _ranges(self) -> tuple[tuple[str, float, int, int], ...]:
        return (
            ("Number of seeds", len(self.seeds), FEWEST_SEEDS, MOST_SEEDS),
            ("Number of more seeds", self.more_seeds, 0, MOST_SEEDS),
            ("Smallest seed", min(self.seeds, default=0), 0, 2**64 - 1),
            ("Largest seed", max(self.seeds, default=0), 0, 2**64 - 1),
            ("Steps", self.steps, 1, 150),
            ("CFG scale", self.cfg_scale, 1, 30),
            ("Width", self.width, 64, 4096),
            ("Height", self.height, 64, 4096),
        )

    @property
    def class_prompt(self) -> str:
        """The prompt with the class word: what the baseline draws, and what a reader of the prompt understands."""
        return self.prompt.replace(NAME, self.class_word)

    @property
    def all_seeds(self) -> tuple[int, ...]:
        """The seeds, and after them those that are taken where the answer is still open."""
        after = max(self.seeds) + 1
        return (*self.seeds, *range(after, after + self.more_seeds))

    def picture(self, seed: int, embedding: EmbeddingFile | None = None) -> RenderRequest:
        """One picture: of an iteration, or of the class word."""
        return RenderRequest(
            prompt=self.prompt.replace(NAME, embedding.name if embedding else self.class_word),
            seed=seed,
            negative_prompt=self.negative_prompt,
            width=self.width,
            height=self.height,
            sampler=self.sampler,
            steps=self.steps,
            cfg_scale=self.cfg_scale,
            embeddings=(embedding,) if embedding else (),
        )
