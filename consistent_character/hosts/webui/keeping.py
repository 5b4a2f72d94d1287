"""Keeps the web UI as it was before a job: whatever the job does, however it ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from modules import processing, sd_hijack, sd_models, shared

from consistent_character.hosts.webui.embeddings import last_changes, tables_kept
from consistent_character.hosts.webui.kinds import kind

_ABSENT = object()
_CHOSEN = ("sd_model_checkpoint", "sd_checkpoint_hash")
_CACHES = ("cached_c", "cached_uc")
_PATCHED = tuple(
    (f"{package}.{module}", owner, name)
    for package in ("ldm.modules", "sgm.modules")
    for module, owner, name in (
        ("attention", "CrossAttention", "forward"),
        ("attention", "BasicTransformerBlock", "forward"),
        ("diffusionmodules.model", "AttnBlock", "forward"),
        ("diffusionmodules.model", "", "nonlinearity"),
        ("diffusionmodules.openaimodel", "", "th"),
        ("diffusionmodules.openaimodel", "ResBlock", "forward"),
        ("diffusionmodules.openaimodel", "AttentionBlock", "forward"),
    )
)
"""What optimizations and training put something else in the place of. Source: modules/sd_hijack.py, …_checkpoint.py."""


@contextmanager
def kept() -> Iterator[None]:
    """Afterwards the checkpoint, embeddings, optimizations, remembered prompts and the state's flags are as before.

    Gradients are gone. Hold the web UI's queue around it. Settings are the user's, who may change them meanwhile: a
    job changes none but what loading a checkpoint writes.
    """
    keepers = (_state, _conditionings, _optimizations, _gradients, tables_kept, _checkpoint)
    with ExitStack() as stack:
        for keeper in keepers if kind().trains else (_state, _conditionings, tables_kept):
            stack.enter_context(keeper())  # the last one is put right first: the others depend on the checkpoint
        yield


def forget_conditionings() -> None:
    """Let the web UI read every prompt anew: do so when the vectors of an embedding have changed under its name."""
    for cache in _CACHES:
        size = len(getattr(processing.StableDiffusionProcessing, cache))
        setattr(processing.StableDiffusionProcessing, cache, [None] * size)


@contextmanager
def _checkpoint() -> Iterator[None]:
    before = sd_models.model_data.sd_model and sd_models.model_data.sd_model.sd_checkpoint_info
    data = shared.opts.data
    chosen = {name: data.get(name, _ABSENT) for name in _CHOSEN}
    try:
        yield
    finally:
        now = sd_models.model_data.sd_model
        if before and (now is None or now.sd_checkpoint_info.filename != before.filename):
            # Loading writes into the settings what it has loaded. What the user has chosen meanwhile goes before that.
            picked = data.get("sd_model_checkpoint")
            theirs = {name: data.get(name, _ABSENT) for name in _CHOSEN}
            by_job = now is not None and picked == now.sd_checkpoint_info.title
            sd_models.reload_model_weights(info=before)
            for name, old in (chosen if by_job else theirs).items():
                _put_back(data, name, old)


@contextmanager
def _gradients() -> Iterator[None]:
    try:
        yield
    finally:
        model = sd_models.model_data.sd_model
        for parameter in model.parameters() if model is not None else ():
            parameter.grad = None


@contextmanager
def _optimizations() -> Iterator[None]:
    places = [found for place in _PATCHED if (found := _patched(*place))]
    before = [(owner, name, getattr(owner, name)) for owner, name in places]
    current = getattr(sd_hijack, "current_optimizer", None)
    try:
        yield
    finally:
        for owner, name, function in before:
            setattr(owner, name, function)
        if hasattr(sd_hijack, "current_optimizer"):
            sd_hijack.current_optimizer = current


def _patched(module: str, owner: str, name: str) -> tuple[Any, str] | None:
    found: Any = sys.modules.get(module)
    if found is not None and owner:
        found = getattr(found, owner, None)
    return (found, name) if found is not None and hasattr(found, name) else None


@contextmanager
def _conditionings() -> Iterator[None]:
    """What is remembered by a prompt's text is set aside: the job's embeddings may go by names that the user's have.

    It is forgotten where the user's own folders have changed meanwhile: the same text may name an embedding now. They
    are looked at by then; after the tables are as before, which would take what was found in them out again.
    """
    folders = last_changes()
    before = {name: getattr(processing.StableDiffusionProcessing, name) for name in _CACHES}
    forget_conditionings()
    try:
        yield
    finally:
        if last_changes() != folders:
            before = {}
            kind().look_again()
            forget_conditionings()
        for name, cache in before.items():
            setattr(processing.StableDiffusionProcessing, name, cache)


@contextmanager
def _state() -> Iterator[None]:
    """The job's name, counts, flags and picture; not the server's own affairs, such as a wish to restart."""
    state, before = vars(shared.state), {**vars(shared.state)}
    parallel = shared.parallel_processing_allowed
    try:
        yield
    finally:
        for name in {*state, *before}:
            if not name.startswith(("_", "server_")):
                _put_back(state, name, before.get(name, _ABSENT))
        shared.parallel_processing_allowed = parallel


def _put_back(table: dict[str, Any], name: str, old: Any) -> None:
    if old is _ABSENT:
        table.pop(name, None)
    else:
        table[name] = old
