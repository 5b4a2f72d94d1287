"""Draws through the web UI's own `process_images`: many different prompts in one batch, nothing saved, no scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from itertools import groupby
from typing import Any

import torch
from modules import devices, processing, scripts, sd_models, shared

from consistent_character.engine import EmbeddingFile, Rendered, RenderRequest
from consistent_character.errors import ConsistentCharacterError, Interrupted
from consistent_character.hosts.webui.embeddings import registered
from consistent_character.hosts.webui.kinds import kind
from consistent_character.hosts.webui.samplers import sampler_and_scheduler
from consistent_character.hosts.webui.words import Words, squashed

_MOST = 32
_CPU_PIXELS = 8 * 96 * 96
_OTHER_PIXELS = 4 * 512 * 512
_CUDA_BYTES_A_PIXEL = 4_000
"""Memory that drawing takes with guidance, per pixel of the batch and byte of a number; generous."""
STOPPED = "Stopped by the web UI's button. What was finished is kept; start the job again to go on."
"""What is said when a button of the web UI has stopped a job."""


class Drawing:
    """Draws with one model; a batch that was too large for the GPU's memory makes all later ones smaller."""

    def __init__(self, model: Any, words: Words | None = None, most: int = _MOST) -> None:
        self._model = model
        self._checkpoint = model.sd_checkpoint_info
        self._most = most
        self._words = words or Words()
        devices.torch_gc()

    def batch_size(self, request: RenderRequest) -> int:
        """Pictures of this request's size to draw at once."""
        return max(1, min(self._most, _pixels() // (request.width * request.height)))

    def draw(self, requests: Sequence[RenderRequest]) -> list[Rendered]:
        """All of them, in order; the seeds are real ones.

        Raises:
            RequestError: an embedding cannot be used.
            Interrupted: somebody pressed Interrupt or Skip; the pictures of the batch in work are incomplete and lost.
        """
        drawn: dict[int, Rendered] = {}
        for places in rooms(requests):
            with registered(_files(requests[place] for place in places), self._model):
                for batch in self._batches(requests, places):
                    found = self._fitting([requests[place] for place in batch])
                    drawn.update(zip(batch, found, strict=True))
        return [drawn[place] for place in range(len(requests))]

    def _batches(self, requests: Sequence[RenderRequest], places: Sequence[int]) -> Iterator[list[int]]:
        """Those that one call can draw. With the embeddings known: they decide how many chunks a prompt has."""
        chunks = cache(self._chunks)  # one prompt has many seeds
        company = {place: _company(requests[place], chunks) for place in places}
        for _, group in groupby(sorted(places, key=lambda place: repr(company[place])), key=company.__getitem__):
            yield list(group)

    def _chunks(self, prompt: str) -> int:
        chunks, _ = kind().reader(self._model).tokenize_line(prompt)
        return len(chunks)

    def _fitting(self, requests: Sequence[RenderRequest]) -> list[Rendered]:
        """Draw them at once; if a GPU's memory is too small for that, in halves."""
        if len(requests) > self._most:
            return self._halves(requests)
        try:
            return self._at_once(requests)
        except torch.cuda.OutOfMemoryError:
            if len(requests) == 1:
                raise
        devices.torch_gc()
        self._most = len(requests) // 2
        return self._halves(requests)

    def _halves(self, requests: Sequence[RenderRequest]) -> list[Rendered]:
        half = len(requests) // 2
        return self._fitting(requests[:half]) + self._fitting(requests[half:])

    def _at_once(self, requests: Sequence[RenderRequest]) -> list[Rendered]:
        stop_if_asked()
        p = _processing(requests)
        p.get_conds_with_caching = self._words.reader(p, _files(requests))
        if sd_models.select_checkpoint() is not self._checkpoint:
            # Chosen while this job had the queue: it is loaded after it, not between two pictures of it.
            p.override_settings["sd_model_checkpoint"] = self._checkpoint.title
        with closing(p), _counters_kept():
            found = kind().draw(p, self._model)
        stop_if_asked(also_after_this=False)
        if len(found.images) < len(requests):
            raise ConsistentCharacterError("The web UI drew fewer pictures than it was asked for.")
        pictures = zip(requests, found.images, found.infotexts, strict=False)
        return [Rendered(request, image, infotext) for request, image, infotext in pictures]


def stop_if_asked(also_after_this: bool = True) -> None:
    """Go on unless somebody has asked to stop; with `also_after_this` also if only after the picture in work.

    Raises:
        Interrupted: somebody has.
    """
    state = shared.state
    if state.interrupted or state.skipped or (also_after_this and state.stopping_generation):
        raise Interrupted(STOPPED)


def _company(asked: RenderRequest, chunks: Callable[[str], int]) -> tuple[object, ...]:
    """Those for which it is the same can be drawn by one call."""
    # A prompt beside a longer one would be filled up with empty chunks, and come out as another picture.
    lengths = (chunks(asked.prompt), chunks(asked.negative_prompt))
    return (asked.width, asked.height, asked.sampler, asked.steps, asked.cfg_scale, *lengths)


def rooms(requests: Sequence[RenderRequest]) -> list[list[int]]:
    """The places of requests that may be drawn while the embeddings of all of them are known.

    Not so: where one name stands for two files, or where a prompt would find the embedding of another request.
    """
    found: list[list[int]] = []
    for place, request in enumerate(requests):
        for room in found:
            if all(_get_along(request, requests[other]) for other in room):
                room.append(place)
                break
        else:
            found.append([place])
    return found


def _get_along(one: RenderRequest, other: RenderRequest) -> bool:
    mine = {squashed(file.name): file.path for file in one.embeddings}
    theirs = {squashed(file.name): file.path for file in other.embeddings}
    if any(mine[name] != theirs[name] for name in mine.keys() & theirs.keys()):
        return False
    return not (_names(one, theirs.keys() - mine.keys()) or _names(other, mine.keys() - theirs.keys()))


def _names(request: RenderRequest, names: set[str]) -> bool:
    text = squashed(f"{request.prompt}\n{request.negative_prompt}")
    return any(name in text for name in names)


def _files(requests: Iterable[RenderRequest]) -> tuple[EmbeddingFile, ...]:
    return tuple(dict.fromkeys(file for request in requests for file in request.embeddings))


def _processing(requests: Sequence[RenderRequest]) -> Any:
    """One batch for `process_images`."""
    asked = requests[0]
    sampler, scheduler = sampler_and_scheduler(asked.sampler)
    p = processing.StableDiffusionProcessingTxt2Img(
        sd_model=shared.sd_model,
        prompt=[request.prompt for request in requests],
        negative_prompt=[request.negative_prompt for request in requests],
        seed=[request.seed for request in requests],
        batch_size=len(requests),
        n_iter=1,
        width=asked.width,
        height=asked.height,
        sampler_name=sampler,
        scheduler=scheduler,
        steps=asked.steps,
        cfg_scale=asked.cfg_scale,
        restore_faces=False,
        tiling=False,
        do_not_save_grid=True,
        do_not_save_samples=True,
        do_not_reload_embeddings=True,
    )
    p.scripts = scripts.ScriptRunner()  # none in it; reForge asks it whatever happens
    # What the user's last prompts came to is not ours to overwrite.
    p.cached_c, p.cached_uc = ([None] * len(cache) for cache in (p.cached_c, p.cached_uc))
    return p


@contextmanager
def _counters_kept() -> Iterator[None]:
    """The job's own count of pictures, which `process_images` goes on with, and the user's last prompt, stay."""
    state, options = shared.state, shared.cmd_opts
    before = (state.job, state.job_no, state.job_count, options.no_prompt_history)
    options.no_prompt_history = True
    try:
        yield
    finally:
        state.job, state.job_no, state.job_count, options.no_prompt_history = before


def _pixels() -> int:
    """Pixels that fit into one batch."""
    where = devices.device.type
    if where == "cuda":
        free, _ = torch.cuda.mem_get_info(devices.device)
        return int(free * 0.8) // (_CUDA_BYTES_A_PIXEL * devices.dtype.itemsize)
    return _CPU_PIXELS if where == "cpu" else _OTHER_PIXELS
