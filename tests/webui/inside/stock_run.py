"""The stock Train tab, and what is made of its runs, in the web UI's process."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from modules import call_queue, sd_hijack, shared
from modules.textual_inversion import textual_inversion, ui

from consistent_character import training
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestRequest, forest_test
from consistent_character.choosing.following import FollowRequest, Services, follow
from consistent_character.choosing.foreign import subject_of
from consistent_character.choosing.watched import read_watched
from consistent_character.choosing.watching import Watcher
from consistent_character.engine import Iteration
from consistent_character.errors import Overtrained
from consistent_character.hosts.webui.engine import WebUIEngine
from consistent_character.progress import Silent
from consistent_character.training.ending import read_ending


def press_train(name: str, words: str, vectors: int, settings: dict[str, Any]) -> str:
    """What "Create embedding" does, then "Train Embedding", the Train tab's own buttons; what it says at the end."""
    ui.create_embedding(name, words, vectors, False)
    textual_inversion.list_textual_inversion_templates()
    asked = {"id_task": "", "embedding_name": name, **settings}
    order = inspect.signature(textual_inversion.train_embedding).parameters
    with call_queue.queue_lock, _a_tab_that_trains():
        shared.state.begin(job="train_embedding")
        try:
            told, _ = ui.train_embedding(*(asked[argument] for argument in order))
        finally:
            shared.state.end()
    return str(told)


@contextmanager
def _a_tab_that_trains() -> Iterator[None]:
    """The tab of reForge ends with an AttributeError unless this setting is on: it would undo what is not there."""
    before = shared.opts.training_xattention_optimizations
    shared.opts.data["training_xattention_optimizations"] = before or not hasattr(sd_hijack, "undo_optimizations")
    try:
        yield
    finally:
        shared.opts.data["training_xattention_optimizations"] = before


def forget(name: str) -> None:
    """Take the embedding out of the user's folder again."""
    (Path(shared.cmd_opts.embeddings_dir) / f"{name}.pt").unlink()
    sd_hijack.model_hijack.embedding_db.load_textual_inversion_embeddings(force_reload=True)
    for parameter in shared.sd_model.parameters():
        parameter.grad = None


def judge(path: str, request: dict[str, Any]) -> dict[str, Any]:
    """A forest test over a run, from its folder alone."""
    engine = WebUIEngine()
    with call_queue.queue_lock:
        return asdict(forest_test(subject_of(Path(path), engine), _request(request), engine, Silent()))


def watch(path: str, request: dict[str, Any]) -> dict[str, Any]:
    """The watch over a run that is finished."""
    with call_queue.queue_lock:
        services = Services(WebUIEngine(), Silent())
        return asdict(follow(Path(path), _request(request), services, how=FollowRequest(patience=0)).watched)


def train(folder: str, settings: dict[str, Any], watching: str) -> dict[str, Any]:
    """A run of our own; its folder, its vectors as they lie on disk, and what its watch has seen."""
    engine = WebUIEngine()
    with CharacterFolder.open(Path(folder)) as opened, call_queue.queue_lock:
        wanted = training.TrainingSettings.for_character(opened.character, 96).with_changes(**settings)
        shared.state.begin(job="test")
        try:
            made = training.train(
                opened,
                wanted.with_changes(forest_watch=watching),
                engine,
                Silent(),
                watcher=Watcher(opened, engine),
            )
        finally:
            shared.state.end()
    watched = read_watched(made.path)
    return {
        "run": str(made.path),
        "files": [one.path.read_bytes().hex() for one in made.iterations],
        "watched": asdict(watched) if watched else None,
    }


class _Stops:
    """A watch that is certain at once."""

    def stepped(self, step: int, steps: int, loss: float) -> None:
        """Nothing to see."""

    def saved(self, iteration: Iteration) -> None:
        """Stop."""
        raise Overtrained(f"Stopped at step {iteration.step}.")

    def previewed(self, step: int, image: Path) -> None:
        """Nothing to see."""


def stop(folder: str, settings: dict[str, Any]) -> dict[str, Any]:
    """A run that its watch stops, and that is gone on with: how it ended, and what there is then."""
    engine = WebUIEngine()
    with CharacterFolder.open(Path(folder)) as opened, call_queue.queue_lock:
        wanted = training.TrainingSettings.for_character(opened.character, 96).with_changes(**settings)
        shared.state.begin(job="test")
        try:
            made = training.train(
                opened, wanted, engine, Silent(), watcher=lambda request, seeds, stops, progress: _Stops()
            )
            ending, saved = read_ending(made.path), [one.step for one in made.iterations]
            gone_on = training.resume(opened, made.path, engine, Silent())
        finally:
            shared.state.end()
    return {"ending": asdict(ending) if ending else None, "saved": saved, "finished": gone_on.finished}


def _request(values: dict[str, Any]) -> ForestRequest:
    return ForestRequest(**{**values, "seeds": tuple(values["seeds"])})
