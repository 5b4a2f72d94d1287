"""What the battery is asked to draw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import get_args

from consistent_character.choosing.battery.groups import OWN, Group, Prompt, groups_of
from consistent_character.choosing.request import NAME, ForestRequest
from consistent_character.engine import Sampler
from consistent_character.errors import RequestError
from consistent_character.prompts import guard
from consistent_character.prompts.cells import Vocabulary

GROUPS = tuple(group.name for group in groups_of() if group.name != OWN)
MOST_SEEDS = 16


@dataclass(frozen=True)
class BatteryRequest:
    """Pictures of an iteration, each beside the class word's. The defaults are small: some 28 prompts, one seed."""

    step: int = 0
    """A saved iteration, by its step. 0 is the one that the forest test recommends."""
    groups: tuple[str, ...] = GROUPS
    """What to try: places, outfits, hair, styles, shots (the zooms and viewing angles); none of them is only yours."""
    prompts: tuple[str, ...] = ()
    """Prompts of your own; write {name} where the character's name belongs."""
    checkpoints: tuple[str, ...] = ()
    """Checkpoints to try it on, one after the other; none is the one in use, which is in use again at the end."""
    class_word: str = "woman"
    """What the character is before anything is learned, such as the initialization text; drawn beside it."""
    seeds: tuple[int, ...] = (1,)
    """The same for every prompt, 1 to 16 of them."""
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

    def check(self, look: str = "") -> None:
        """Look at every setting; `look` is whom the character's name stands for.

        Raises:
            RequestError: the first setting that cannot be used, and what it may be.
            UnsafePrompt: a prompt pairs sexual wording with somebody described as a minor.
        """
        for name in self.groups:
            if name not in GROUPS:
                raise RequestError(f'There is nothing called "{name}" to try: take some of {", ".join(GROUPS)}.')
        if not self.groups and not self.prompts:
            raise RequestError(f"There is nothing to try: take some of {', '.join(GROUPS)}, or write a prompt.")
        if not 1 <= len(self.seeds) <= MOST_SEEDS or len(set(self.seeds)) != len(self.seeds):
            raise RequestError(f"Take 1 to {MOST_SEEDS} seeds, all of them different.")
        if self.sampler not in get_args(Sampler):
            raise RequestError(f'There is no sampler "{self.sampler}": take one of {", ".join(get_args(Sampler))}.')
        for prompt in self.prompts:
            self._check_own(prompt)
        for prompt in (*(each.text for group in groups_of() for each in group.prompts), *self.prompts):
            # A name hides whom it draws: the look is read with every prompt.
            guard.check(f"{look}, {prompt.replace(NAME, self.class_word)}")
        enough = (*self.seeds, max(self.seeds) + 1)
        replace(self.like_forest("{name}"), seeds=enough[: max(2, len(self.seeds))], more_seeds=0).check()

    def _check_own(self, prompt: str) -> None:
        if NAME not in prompt:
            raise RequestError(f"The prompt “{prompt}” has no {NAME}: write {NAME} where the character's name belongs.")

    def chosen(self, vocabulary: Vocabulary) -> tuple[Group, ...]:
        """The groups that are tried, with the prompts in the words of the character's own lists."""
        wanted = (*self.groups, OWN)
        return tuple(group for group in groups_of(vocabulary, self.prompts) if group.name in wanted and group.prompts)

    def like_forest(self, prompt: str) -> ForestRequest:
        """One prompt as the forest test asks for it: what it has drawn already is not drawn again."""
        return ForestRequest(
            prompt=prompt,
            class_word=self.class_word,
            seeds=self.seeds,
            search="all",
            negative_prompt=self.negative_prompt,
            sampler=self.sampler,
            steps=self.steps,
            cfg_scale=self.cfg_scale,
            width=self.width,
            height=self.height,
        )


def prompts_of(groups: tuple[Group, ...]) -> Iterator[tuple[Group, Prompt]]:
    """Every prompt with its group."""
    for group in groups:
        for prompt in group.prompts:
            yield group, prompt
