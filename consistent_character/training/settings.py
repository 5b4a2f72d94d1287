"""What a training run is asked to do, with the tutorial's values as defaults."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from consistent_character.character.character import MAX_VECTORS, Character
from consistent_character.engine import LatentSampling, PreviewRequest, Sampler
from consistent_character.errors import RequestError
from consistent_character.learning_rate import parse_schedule

ForestWatching = Literal["off", "watch", "stop"]


@dataclass(frozen=True)
class TrainingSettings:
    """One textual inversion run. Every setting means what it means in A1111's Train tab."""

    initialization_text: str = "woman"
    """Words whose vectors training starts from: what the character is before anything is learned."""
    num_vectors: int = 8
    """Length of the embedding, 1 to 75. More hold more, learn backdrops sooner, take more room in every prompt."""
    learn_rate: str = "0.002"
    """A number, or a schedule such as `0.005:100, 0.001` (0.005 to step 100). Higher learns and overtrains sooner."""
    batch_size: int = 1
    """Pictures looked at together, at least 1. More of them blur who is learned, in the tutorial's experience."""
    gradient_accumulation: int = 1
    """Batches that make up one step, at least 1."""
    steps: int = 200
    """Updates of the embedding. 150 pictures are usually learned between steps 50 and 150."""
    template: tuple[str, ...] = ("[name], [filewords]",)
    """Lines of which each picture gets one: `[name]` becomes the token, `[filewords]` the caption."""
    width: int = 512
    """Pixels, a multiple of 8; pictures of another size are squeezed. Take the size of the checkpoint."""
    height: int = 512
    """Pixels, a multiple of 8."""
    latent_sampling: LatentSampling = "once"
    """How a picture's latents are drawn: `once` for the whole run, `deterministic` (their mean), `random` each time."""
    save_every: int = 10
    """Steps between saved iterations, 0 for never. 1 leaves the most to choose from."""
    preview_every: int = 10
    """Steps between previews, 0 for never."""
    preview_prompt: str = "an extreme closeup color photo of {name} in a forest"
    """What the previews show; `{name}` becomes the token."""
    preview_seed: int = -1
    """-1 draws a new one for every preview; a fixed one shows the change from preview to preview."""
    preview_sampler: Sampler = "Euler a"
    """By the name that A1111 gives it."""
    preview_steps: int = 20
    """Sampling steps of a preview, 1 to 150."""
    preview_cfg_scale: float = 7.0
    """How strictly the preview's prompt is obeyed, 1 to 30."""
    forest_watch: ForestWatching = "watch"
    """Whether saved iterations are judged as they come: `watch` tells, `stop` also ends a run that is overtrained."""
    watch_seeds: int = 3
    """Pictures that the watch draws of each iteration with the preview's settings, 2 to 16. More of them are surer."""
    seed: int = 0
    """Decides the order of the pictures and the noise: the same seed trains the same embedding."""

    @classmethod
    def for_character(cls, character: Character, size: int = 512) -> TrainingSettings:
        """The defaults, with what the character folder says about the embedding, for a checkpoint of `size` pixels."""
        return cls(
            initialization_text=character.initialization_text,
            num_vectors=character.num_vectors,
            width=size,
            height=size,
        )

    def with_changes(self, **changes: object) -> TrainingSettings:
        """The same settings but for `changes`.

        Raises:
            RequestError: there is no setting of that name.
        """
        unknown = set(changes) - set(self.__dataclass_fields__)
        if unknown:
            raise RequestError(f"There is no training setting {', '.join(sorted(unknown))}.")
        return replace(self, **changes)  # type: ignore[arg-type]

    def preview(self, token: str) -> PreviewRequest | None:
        """The preview to make while training, or None."""
        if self.preview_every == 0:
            return None
        return PreviewRequest(
            prompt=self.preview_prompt.replace("{name}", token),
            seed=self.preview_seed,
            sampler=self.preview_sampler,
            steps=self.preview_steps,
            cfg_scale=self.preview_cfg_scale,
            width=self.width,
            height=self.height,
        )

    def check(self) -> None:
        """Look at every setting.

        Raises:
            RequestError: the first setting that cannot be used, and what it may be.
        """
        for name, low, high in _RANGES:
            value = getattr(self, name)
            if not low <= value <= high:
                raise RequestError(f"{_in_words(name)}: {value} is outside {low} to {high}.")
        for name in ("width", "height"):
            if getattr(self, name) % 8:
                raise RequestError(
                    f"{_in_words(name)}: {getattr(self, name)} cannot be trained at, take a multiple of 8."
                )
        for name, choice in _CHOICES:
            if getattr(self, name) not in get_args(choice):
                raise RequestError(f"{_in_words(name)}: take one of {', '.join(get_args(choice))}.")
        if not self.initialization_text.strip():
            raise RequestError("The initialization text is empty: write what the character is, such as woman.")
        parse_schedule(self.learn_rate)


_CHOICES: tuple[tuple[str, object], ...] = (
    ("latent_sampling", LatentSampling),
    ("preview_sampler", Sampler),
    ("forest_watch", ForestWatching),
)
_RANGES: tuple[tuple[str, float, float], ...] = (
    ("num_vectors", 1, MAX_VECTORS),
    ("batch_size", 1, 1024),
    ("gradient_accumulation", 1, 4096),
    ("steps", 1, 1_000_000),
    ("width", 64, 4096),
    ("height", 64, 4096),
    ("save_every", 0, 1_000_000),
    ("preview_every", 0, 1_000_000),
    ("preview_steps", 1, 150),
    ("watch_seeds", 2, 16),
    ("preview_cfg_scale", 1, 30),
)


def _in_words(name: str) -> str:
    words = name.replace("_", " ")
    return words[0].upper() + words[1:]
