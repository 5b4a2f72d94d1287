"""Settings that cannot be trained with are refused before the web UI's trainer sees them."""

from __future__ import annotations

from modules import shared

from consistent_character.engine import TrainRequest
from consistent_character.errors import RequestError
from consistent_character.hosts.limits import check_settings, check_size
from consistent_character.hosts.webui.samplers import sampler_and_scheduler
from consistent_character.learning_rate import parse_schedule
from consistent_character.prompts import guard
from consistent_character.prompts.chunks import CHUNK_SIZE
from consistent_character.prompts.template import check_template, fill


def check_training(request: TrainRequest) -> None:
    """Pass a training request whose settings can be used in this web UI.

    Raises:
        RequestError: says which cannot, and what to change.
        UnsafePrompt: a training or preview prompt is refused.
    """
    if shared.cmd_opts.lowvram:
        raise RequestError("The web UI cannot train when it was started with --lowvram: start it with --medvram.")
    if not request.examples:
        raise RequestError("There is nothing to train on: the training set is empty.")
    for what, value, low, high in _ranges(request):
        if not low <= value <= high:
            raise RequestError(f"The number for {what} must lie between {low} and {high}, not {value}.")
    check_size(request.width, request.height)
    check_template(request.template)
    parse_schedule(request.learn_rate)
    for line in request.template:
        for example in request.examples:
            guard.check(fill(line, request.name, example.caption))
    if request.preview_every and request.preview:
        guard.check(request.preview.prompt)
        check_settings(request.preview.picture(seed=0))
        sampler_and_scheduler(request.preview.sampler)


def _ranges(request: TrainRequest) -> tuple[tuple[str, int, int, int], ...]:
    return (
        ("steps", request.steps, 1, 10**6),
        ("batch size", request.batch_size, 1, 10**6),
        ("gradient accumulation", request.gradient_accumulation, 1, 10**6),
        ("vectors", request.num_vectors, 1, CHUNK_SIZE),
        ("saving every so many steps", request.save_every, 0, 10**6),
        ("previewing every so many steps", request.preview_every, 0, 10**6),
    )
