"""Our trainer, asked in the web UI's process."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from modules import call_queue, sd_hijack, sd_models, sd_vae, shared
from modules.textual_inversion import textual_inversion

from consistent_character.engine import Iteration, PreviewRequest, TrainingExample, TrainRequest
from consistent_character.errors import ConsistentCharacterError, Interrupted
from consistent_character.findings import Finding, Fix
from consistent_character.hosts.webui import templates
from consistent_character.hosts.webui.engine import WebUIEngine
from consistent_character.hosts.webui.kinds import kind
from consistent_character.hosts.webui.training import find_trainer


class Watch:
    """Remembers what it is told, and does something at a step."""

    def __init__(self, at: int, act: Callable[[], None]) -> None:
        self.losses: list[float] = []
        self.saved_steps: list[int] = []
        self.previews: list[str] = []
        self._at, self._act = at, act

    def stepped(self, step: int, steps: int, loss: float) -> None:
        """One step is done."""
        self.losses.append(loss)
        if step == self._at:
            self._act()

    def saved(self, iteration: Iteration) -> None:
        """An iteration is on disk."""
        assert iteration.path.is_file()
        self.saved_steps.append(iteration.step)

    def previewed(self, step: int, image: Path) -> None:
        """A preview is on disk."""
        self.previews.append(image.name)


def train(
    request: dict[str, Any], act: str = "nothing", at: int = 0, options: dict[str, Any] | None = None, flags: str = ""
) -> dict[str, Any]:
    """Train as a REST handler would; `act` happens at step `at`, `options` and `flags` hold meanwhile."""
    trainer = find_trainer()
    assert trainer
    watch = Watch(at, lambda: _ACTS[act](_request(request)))
    told: dict[str, Any] = {"error": "", "iterations": []}
    with ExitStack() as stack:
        stack.enter_context(call_queue.queue_lock)
        _set(stack, shared.opts.data, options or {})
        _set(stack, vars(shared.cmd_opts), {"lowvram": True} if flags == "lowvram" else {})
        _set(stack, vars(shared.cmd_opts), {"disable_safe_unpickle": False} if flags == "safe" else {})
        shared.state.begin(job="test")
        stack.callback(shared.state.end)
        try:
            found = trainer.train(_request(request), watch)
            told["iterations"] = [iteration.step for iteration in found]
        except (ConsistentCharacterError, ZeroDivisionError) as error:
            told["error"] = f"{type(error).__name__}: {error}"
    return {**told, "losses": watch.losses, "saved": watch.saved_steps, "previews": watch.previews}


def _set(stack: ExitStack, table: dict[str, Any], values: dict[str, Any]) -> None:
    before = {name: table[name] for name in values if name in table}
    table.update(values)
    for name in values:
        stack.callback(lambda name=name: table.update({name: before[name]}) if name in before else table.pop(name))


def _request(values: dict[str, Any]) -> TrainRequest:
    examples = tuple(TrainingExample(Path(image), caption) for image, caption in values["examples"])
    preview = PreviewRequest(**values["preview"]) if values.get("preview") else None
    rest = {**values, "examples": examples, "preview": preview, "folder": Path(values["folder"])}
    return TrainRequest(**{**rest, "template": tuple(values.get("template", ("[name], [filewords]",)))})


def _interrupt() -> None:
    raise Interrupted("by the watch")


def _reload(request: TrainRequest) -> None:
    """What "Refresh" among the extra networks does, after another program has put an embedding there."""
    other = textual_inversion.Embedding(torch.zeros(1, 128), "newcomer")
    other.save(str(Path(shared.cmd_opts.embeddings_dir) / "newcomer.pt"))
    sd_hijack.model_hijack.embedding_db.load_textual_inversion_embeddings(force_reload=True)


def _replace(request: TrainRequest) -> None:
    database = sd_hijack.model_hijack.embedding_db
    other = textual_inversion.Embedding(torch.zeros(1, 128), request.name)
    database.register_embedding(other, shared.sd_model)


def _press_interrupt(request: TrainRequest) -> None:
    pressing = threading.Thread(target=shared.state.interrupt)
    pressing.start()
    pressing.join()


def _spoil(request: TrainRequest) -> None:
    embedding = sd_hijack.model_hijack.embedding_db.word_embeddings[request.name]
    embedding.vec.data[0, 0] = float("nan")


_ACTS: dict[str, Callable[[TrainRequest], None]] = {
    "nothing": lambda request: None,
    "interrupt": lambda request: _interrupt(),
    "press": _press_interrupt,
    "fail": lambda request: 1 / 0,  # type: ignore[dict-item,return-value]
    "reload": _reload,
    "replace": _replace,
    "spoil": _spoil,
}


def state() -> dict[str, Any]:
    """Everything of the web UI that a run may not leave changed."""
    model, database = shared.sd_model, sd_hijack.model_hijack.embedding_db
    folder = Path(shared.cmd_opts.embeddings_dir)
    return {
        "options": {name: repr(value) for name, value in shared.opts.data.items()},
        "checkpoint": model.sd_checkpoint_info.title,
        "embeddings": sorted(database.word_embeddings),
        "lookup": sorted(item.name for found in database.ids_lookup.values() for _, item in found),
        "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.*")},
        "attention": repr(import_module("ldm.modules.attention").CrossAttention.forward),
        "gradients": sum(parameter.grad is not None for parameter in model.parameters()),
        "learning": sum(parameter.requires_grad for parameter in model.parameters()),
        "trainer": [getattr(textual_inversion, name).__module__ for name in ("save_embedding", "write_loss")],
        "templates": sorted(textual_inversion.textual_inversion_templates),
        "weights": float(sum(parameter.double().sum() for parameter in model.parameters())),
        "own loader": "load_textual_inversion_embeddings" in vars(database),
        "interrupted": shared.state.interrupted,
        "vae": sd_vae.loaded_vae_file,
        "random": hashlib.sha256(torch.get_rng_state().numpy().tobytes()).hexdigest(),
    }


def forget(names: list[str]) -> None:
    """Take embeddings out of the user's folder again."""
    for name in names:
        (Path(shared.cmd_opts.embeddings_dir) / f"{name}.pt").unlink()
    kind().load_embeddings()


def create(name: str) -> None:
    """An embedding as the Train tab's "Create embedding" makes it."""
    textual_inversion.create_embedding(name, 2, False, "woman")
    sd_hijack.model_hijack.embedding_db.load_textual_inversion_embeddings(force_reload=True)


def loads(path: str, safely: bool) -> bool:
    """Whether the web UI itself loads an embedding file."""
    name = Path(path).name
    database = sd_hijack.model_hijack.embedding_db
    with ExitStack() as stack:
        stack.enter_context(call_queue.queue_lock)
        _set(stack, vars(shared.cmd_opts), {"disable_safe_unpickle": not safely})
        database.load_from_file(path, name)
        found = Path(name).stem in database.word_embeddings
        database.register_embedding_by_name(None, shared.sd_model, Path(name).stem)
    return found


def findings(request: dict[str, Any], checkpoint: str = "", flags: str = "") -> list[list[Any]]:
    """What the web UI itself would spoil: code, severity, message, the fix's label."""
    trainer = find_trainer()
    assert trainer
    with ExitStack() as stack:
        _set(stack, vars(shared.cmd_opts), {"lowvram": True} if flags == "lowvram" else {})
        found = list(trainer.findings(_request(request), checkpoint))
    return [[one.code, one.severity, str(one), one.fix.label if one.fix else ""] for one in found]


def mend(code: str) -> None:
    """Press the button of a finding."""
    trainer = find_trainer()
    assert trainer
    trainer.mend(Finding("error", code, "", "", fix=Fix("", "host")))


def on(checkpoint: str) -> list[str]:
    """The checkpoint in use within, and afterwards."""
    with call_queue.queue_lock:
        with WebUIEngine().on(checkpoint):
            within = [sd_models.select_checkpoint().name, shared.sd_model.sd_checkpoint_info.name]
        return [*within, sd_models.select_checkpoint().name, shared.sd_model.sd_checkpoint_info.name]


def load_vae(path: str) -> None:
    """Load a VAE over the checkpoint's own, as the menu does; empty unloads it."""
    sd_vae.refresh_vae_list()
    sd_vae.reload_vae_weights(shared.sd_model, vae_file=path or None)


def choose_vae(name: str | None) -> None:
    """What the menu of VAEs says; None where nobody has ever touched it."""
    shared.opts.data.update(sd_vae=name)
    if name is None:
        del shared.opts.data["sd_vae"]


def chosen_vae() -> str | None:
    """What the menu of VAEs says."""
    found: str | None = shared.opts.data.get("sd_vae")
    return found


def list_checkpoints() -> None:
    """Find what has been put into the models' folder."""
    sd_models.list_models()


def offer_template() -> list[Any]:
    """Where our template is offered, and all that the Train tab offers."""
    name = templates.offer_template()
    return [name, sorted(textual_inversion.textual_inversion_templates)]


def list_templates() -> None:
    """Read the templates' folder anew."""
    textual_inversion.list_textual_inversion_templates()


def save_vae(path: str) -> None:
    """The checkpoint's own VAE, a little off, as a file."""
    weights = {name: value.clone() for name, value in shared.sd_model.first_stage_model.state_dict().items()}
    weights["encoder.conv_in.weight"] += 0.1
    torch.save(weights, path)
