"""What a run changes in the web UI while it lasts, each change a context manager that takes itself back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from modules import sd_hijack, sd_vae, shared

from consistent_character.errors import RequestError
from consistent_character.hosts.webui.checkpoints import loaded_model
from consistent_character.hosts.webui.embeddings import database
from consistent_character.hosts.webui.keeping import kept


@contextmanager
def ready_to_train(embedding: Any) -> Iterator[None]:
    """The web UI as training wants it, with the embedding that is trained, and afterwards as it was.

    Raises:
        RequestError: prompts with the embedding's name come to another embedding.
    """
    with kept(), checkpoints_own_vae(), registered(embedding):
        undo = getattr(sd_hijack, "undo_optimizations", None)  # reForge has none to undo
        if undo and not shared.opts.training_xattention_optimizations:  # as the Train tab does
            undo()
        yield


@contextmanager
def checkpoints_own_vae() -> Iterator[None]:
    """With the VAE of the checkpoint itself: another one changes what is learned.

    Raises:
        RequestError: the web UI cannot put it back. It then goes on with the other one, and says that it has none.
    """
    loaded = sd_vae.loaded_vae_file
    if loaded is None:
        yield
        return
    if sd_vae.get_base_vae(loaded_model()) is None:
        raise RequestError(
            f"The web UI has forgotten the checkpoint's own VAE, which {Path(loaded).name} stands in for: choose "
            "another checkpoint in its menu, then this one again, and train."
        )
    sd_vae.reload_vae_weights(loaded_model(), vae_file=None)
    try:
        yield
    finally:
        sd_vae.reload_vae_weights(loaded_model(), vae_file=loaded)


@contextmanager
def registered(embedding: Any) -> Iterator[None]:
    """The embedding stands for its name in prompts, and the web UI does not read its embeddings folder meanwhile.

    A reload would put the files' vectors in place of those that are being trained: these would never change again, and
    the trainer would report success. What has changed in the folder is found at the next picture. The tables are put
    back by `kept`.

    Raises:
        RequestError: prompts with the name come to another embedding.
    """
    db, model = database(), loaded_model()
    (ids,) = model.cond_stage_model.tokenize([embedding.name])
    for taken, other in [*db.ids_lookup.get(ids[0], ())]:
        if taken == ids:  # the same name, perhaps in another case: the first in the table would be trained
            db.register_embedding_by_name(None, model, other.name)
    db.register_embedding(embedding, model)
    db.load_textual_inversion_embeddings = _not_now
    try:
        if not stands_for_its_name(embedding):
            raise RequestError(f"Prompts with {embedding.name} come to another embedding: train under another token.")
        yield
    finally:
        del db.load_textual_inversion_embeddings


def _not_now(force_reload: bool = False) -> None:
    """In place of reading the embeddings folder."""


def stands_for_its_name(embedding: Any) -> bool:
    """Whether the trained vectors are what the name comes to."""
    return database().word_embeddings.get(embedding.name) is embedding and is_named(embedding, embedding.name)


def is_named(embedding: Any, prompt: str) -> bool:
    """Whether a prompt comes to the embedding anywhere."""
    db = database()
    (ids,) = loaded_model().cond_stage_model.tokenize([prompt])
    return any(db.find_embedding_at_position(ids, place)[0] is embedding for place in range(len(ids)))


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Python's and torch's random numbers begin at a place of their own, and afterwards where they were."""
    python = random.getstate()
    cards = [torch.cuda.current_device()] if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices=cards):
        random.seed(number(seed, "run"))
        torch.manual_seed(number(seed, "run"))
        try:
            yield
        finally:
            random.setstate(python)


def number(seed: int, *purpose: object) -> int:
    """A seed of 32 bits for one purpose of a run, such as its 17th update."""
    return random.Random("/".join(map(str, (seed, *purpose)))).getrandbits(32)
