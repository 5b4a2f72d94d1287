"""Draws: every picture of one colour, which tells what its prompt came to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from modules import prompt_parser, sd_hijack, shared
from modules.fake_model import ids_of
from PIL import Image

fake_calls: list[Any] = []
"""All that `process_images` was asked for."""
fake_during: list[Callable[[Any], None]] = []
"""Is called in the middle of `process_images`."""


class StableDiffusionProcessing:
    """One job for `process_images`."""

    cached_uc: list[Any] = [None, None]  # noqa: RUF012
    cached_c: list[Any] = [None, None]  # noqa: RUF012

    def __init__(
        self,
        *,
        sd_model: Any = None,
        prompt: Any = "",
        negative_prompt: Any = "",
        seed: Any = -1,
        batch_size: int = 1,
        n_iter: int = 1,
        width: int = 512,
        height: int = 512,
        sampler_name: str | None = None,
        scheduler: str | None = None,
        steps: int = 50,
        cfg_scale: float = 7.0,
        restore_faces: bool | None = None,
        tiling: bool | None = None,
        do_not_save_grid: bool = False,
        do_not_save_samples: bool = False,
        do_not_reload_embeddings: bool = False,
    ) -> None:
        vars(self).update({name: value for name, value in locals().items() if name not in ("self", "sd_model")})
        self.override_settings: dict[str, Any] = {}
        self.cached_uc = StableDiffusionProcessing.cached_uc
        self.cached_c = StableDiffusionProcessing.cached_c
        self.scripts: Any = None

    @property
    def sd_model(self) -> Any:
        """The one that is loaded, whatever it was made with."""
        return shared.sd_model

    def close(self) -> None:
        """Nothing to close."""

    def cached_params(
        self,
        required_prompts: Any,
        steps: int,
        extra_network_data: Any,
        hires_steps: int | None = None,
        use_old_scheduling: bool = False,
    ) -> tuple[Any, ...]:
        """What decides what prompts come to."""
        return (required_prompts, steps, shared.sd_model.sd_checkpoint_info, extra_network_data)

    def get_conds_with_caching(
        self,
        function: Any,
        required_prompts: Any,
        steps: int,
        caches: Any,
        extra_network_data: Any,
        hires_steps: int | None = None,
    ) -> Any:
        """What prompts come to."""
        return function(shared.sd_model, required_prompts, steps, hires_steps, shared.opts.use_old_scheduling)


class StableDiffusionProcessingTxt2Img(StableDiffusionProcessing):
    """One of text to image."""


class Processed:
    """What came of it."""

    def __init__(
        self,
        p: StableDiffusionProcessing,
        images_list: list[Image.Image],
        *,
        seed: int = -1,
        info: str = "",
        all_prompts: list[str] | None = None,
        all_negative_prompts: list[str] | None = None,
        all_seeds: list[int] | None = None,
        infotexts: list[str] | None = None,
    ) -> None:
        self.images = images_list
        self.infotexts = infotexts or [info] * len(images_list)
        self.seed, self.info = seed, info
        self.extra_generation_params: dict[str, Any] = {}
        self.all_prompts, self.all_negative_prompts, self.all_seeds = all_prompts, all_negative_prompts, all_seeds


def process_images(p: Any) -> Processed:
    """Pictures whose red is the number of vectors found in the prompt, whose green and blue are the seed."""
    fake_calls.append(p)
    torch.manual_seed(p.seed[0])  # all of the process's, as the web UI does
    shared.state.skipped = False
    for during in fake_during:
        during(p)
    fake_notebook().extra_generation_params = {}
    for function, prompts in (
        (prompt_parser.get_learned_conditioning, p.negative_prompt),
        (prompt_parser.get_multicond_learned_conditioning, p.prompt),
    ):
        known = prompt_parser.SdConditioning(prompts, width=p.width, height=p.height)
        p.fake_words = p.get_conds_with_caching(function, known, p.steps, [[None, None]], {})
    shared.state.nextjob()
    pictures = [
        Image.new("RGB", (p.width, p.height), (_vectors(prompt), seed % 256, seed // 256 % 256))
        for prompt, seed in zip(p.prompt, p.seed, strict=True)
    ]
    texts = [f"{prompt}\nSteps: {p.steps}, Seed: {seed}" for prompt, seed in zip(p.prompt, p.seed, strict=True)]
    return Processed(p, pictures, infotexts=texts)


def fake_notebook() -> Any:
    """Where it is noted what prompts say."""
    return sd_hijack.model_hijack


def fake_table() -> Any:
    """The one that prompts are read with."""
    return sd_hijack.model_hijack.embedding_db


def _vectors(prompt: str) -> int:
    ids, place, found = ids_of(prompt), 0, 0
    while place < len(ids):
        embedding, length = fake_table().find_embedding_at_position(ids, place)
        found += int(embedding.vec.sum()) if embedding else 0
        place += length or 1
    return found
