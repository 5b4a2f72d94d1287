"""What prompts come to: themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from modules import processing

fake_read: list[str] = []
"""The prompts that the text encoder was given, one by one."""
fake_tells: dict[str, str] = {}
"""What it says of an embedding whose name stands in a prompt, as of the user's own."""


class SdConditioning(list[str]):
    """Prompts, and the size of what is drawn of them."""

    def __init__(
        self,
        prompts: Iterable[str],
        is_negative_prompt: bool = False,
        width: int | None = None,
        height: int | None = None,
        copy_from: Any = None,
    ) -> None:
        super().__init__(prompts)
        self.width = width or getattr(copy_from, "width", None)
        self.height = height or getattr(copy_from, "height", None)


class MulticondLearnedConditioning:
    """What prompts of several parts come to."""

    def __init__(self, shape: tuple[int, ...], batch: list[Any]) -> None:
        self.shape, self.batch = shape, batch


def get_learned_conditioning(
    model: Any, prompts: Any, steps: int, hires_steps: int | None = None, use_old_scheduling: bool = False
) -> list[Any]:
    """One after the other."""
    found = {}
    for prompt in dict.fromkeys(prompts):
        fake_read.append(prompt)
        params = processing.fake_notebook().extra_generation_params
        for name, hashed in fake_tells.items():
            if name in prompt:
                params["TI hashes"] = ", ".join(filter(None, (f"{name}: {hashed}", params.get("TI hashes"))))
        found[prompt] = [("schedule", prompt)]
    return [found[prompt] for prompt in prompts]


def get_multicond_learned_conditioning(
    model: Any, prompts: Any, steps: int, hires_steps: int | None = None, use_old_scheduling: bool = False
) -> MulticondLearnedConditioning:
    """Each of one part."""
    found = get_learned_conditioning(model, prompts, steps, hires_steps, use_old_scheduling)
    return MulticondLearnedConditioning((len(prompts),), [[one] for one in found])
