"""The web UI's own drawing: of given pictures with nothing of ours but the embeddings' names, or within our work."""

from __future__ import annotations

import time
from typing import Any

from modules import call_queue, processing, scripts, shared

from consistent_character.hosts.webui.checkpoints import loaded_model
from consistent_character.hosts.webui.embeddings import registered
from consistent_character.hosts.webui.samplers import sampler_and_scheduler
from tests.webui.inside.engine import _request


def bare(requests: list[dict[str, Any]], size: int) -> float:
    """Seconds that `process_images` takes for them, so many at once."""
    wanted = [_request(request) for request in requests]
    files = {file for request in wanted for file in request.embeddings}
    with call_queue.queue_lock, registered(files, loaded_model()):
        start = time.perf_counter()
        for first in range(0, len(wanted), size):
            _draw(wanted[first : first + size])
        return time.perf_counter() - start


def _draw(batch: list[Any]) -> None:
    asked = batch[0]
    sampler, scheduler = sampler_and_scheduler(asked.sampler)
    p = processing.StableDiffusionProcessingTxt2Img(
        sd_model=shared.sd_model,
        prompt=[request.prompt for request in batch],
        negative_prompt=[request.negative_prompt for request in batch],
        seed=[request.seed for request in batch],
        batch_size=len(batch),
        n_iter=1,
        width=asked.width,
        height=asked.height,
        sampler_name=sampler,
        scheduler=scheduler,
        steps=asked.steps,
        cfg_scale=asked.cfg_scale,
        do_not_save_grid=True,
        do_not_save_samples=True,
        do_not_reload_embeddings=True,
    )
    p.scripts = scripts.ScriptRunner()
    p.cached_c, p.cached_uc = [None, None, None], [None, None, None]
    processing.process_images(p)
    p.close()


def counting() -> None:
    """From now on count what `process_images` takes."""
    plain = processing.process_images

    def timed(p: Any) -> Any:
        start = time.thread_time()
        try:
            return plain(p)
        finally:
            timed.seconds += time.thread_time() - start

    timed.seconds = 0.0
    processing.process_images = timed


def counted() -> float:
    """The processor's seconds that it has taken in the threads that called it; all of them if PyTorch has one."""
    return processing.process_images.seconds
