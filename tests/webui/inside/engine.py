"""Our engine, asked in the web UI's process."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from modules import call_queue, script_callbacks, scripts, sd_hijack, sd_models, shared

from consistent_character.engine import EmbeddingFile, RenderRequest
from consistent_character.errors import ConsistentCharacterError
from consistent_character.hosts.webui.engine import WebUIEngine


def checkpoint() -> dict[str, Any]:
    """What the engine says of the checkpoint in use."""
    return {name: str(value) for name, value in asdict(WebUIEngine().checkpoint).items()}


def tokens(text: str) -> list[Any]:
    """How many tokens, and which."""
    engine = WebUIEngine()
    return [engine.count_tokens(text), list(engine.known_tokens(text))]


def embedding_names() -> list[str]:
    """The names that are taken."""
    return list(WebUIEngine().embedding_names())


def render(requests: list[dict[str, Any]], folder: str) -> list[dict[str, Any]]:
    """Draw; the pictures are `folder/<number>.png`. Returns what is told of each, or one entry with an error."""
    wanted = [_request(request) for request in requests]
    told: list[dict[str, Any]] = []
    try:
        with call_queue.queue_lock:
            for number, rendered in enumerate(WebUIEngine().render(wanted)):
                rendered.image.save(Path(folder) / f"{number}.png")
                told.append({"seed": rendered.request.seed, "infotext": rendered.infotext})
    except ConsistentCharacterError as error:
        return [{"error": f"{type(error).__name__}: {error}"}]
    return told


def interrupted_render(requests: list[dict[str, Any]], folder: str, flag: str) -> list[Any]:
    """The same, with a button pressed while the second batch is drawn: how many pictures came, and what was raised."""
    came = 0

    def press(params: Any) -> None:
        if came:
            setattr(shared.state, flag, True)

    script_callbacks.on_cfg_denoiser(press)
    try:
        with call_queue.queue_lock:
            for rendered in WebUIEngine().render([_request(request) for request in requests]):
                rendered.image.save(Path(folder) / f"{came}.png")
                came += 1
    except ConsistentCharacterError as error:
        return [came, type(error).__name__]
    finally:
        script_callbacks.remove_callbacks_for_function(press)
        shared.state.interrupted = shared.state.skipped = shared.state.stopping_generation = False
    return [came, ""]


def _request(document: dict[str, Any]) -> RenderRequest:
    files = tuple(EmbeddingFile(name, Path(path)) for name, path in document.pop("embeddings", []))
    return RenderRequest(**document, embeddings=files)


def reload_embeddings() -> None:
    """What the web UI does when its folder has changed."""
    with call_queue.queue_lock:
        if hasattr(sd_hijack.model_hijack, "embedding_db"):
            sd_hijack.model_hijack.embedding_db.load_textual_inversion_embeddings(force_reload=True)
        else:  # Forge, which does so when it loads a model
            shared.sd_model.text_processing_engine.embeddings.load_textual_inversion_embeddings()


def safe_unpickle(on: bool) -> None:
    """As with and without `--disable-safe-unpickle`."""
    shared.cmd_opts.disable_safe_unpickle = not on


def bystanders(request: dict[str, Any], folder: str) -> list[str]:
    """Who was called while a picture was drawn: scripts that always run, and those who wait for saved images."""
    called: list[str] = []

    def saved(params: Any) -> None:
        called.append(params.filename)

    class Nosy(scripts.Script):
        """Runs with every picture of the user's."""

        def process(self, p: Any, *args: Any) -> None:
            called.append("process")

    script_callbacks.on_image_saved(saved)
    nosy = Nosy()
    nosy.args_from = nosy.args_to = 0
    scripts.scripts_txt2img.alwayson_scripts.append(nosy)
    try:
        told = render([request], folder)
    finally:
        script_callbacks.remove_callbacks_for_function(saved)
        scripts.scripts_txt2img.alwayson_scripts.remove(nosy)
    return called + [answer["error"] for answer in told if "error" in answer]


def render_with_another_kind(request: dict[str, Any], folder: str) -> str:
    """What is said where a checkpoint is loaded that is no Stable Diffusion 1.x."""
    model = shared.sd_model
    model.is_sd1, model.is_sdxl = False, True
    try:
        (told,) = render([request], folder)
    finally:
        model.is_sd1, model.is_sdxl = True, False
    return str(told.get("error"))


def render_while_choosing(requests: list[dict[str, Any]], folder: str, checkpoint: str) -> dict[str, Any]:
    """Draw, and choose another checkpoint after the first picture; what is chosen at the end, and all infotexts."""
    before = shared.opts.sd_model_checkpoint
    texts: list[str] = []
    with call_queue.queue_lock:
        for rendered in WebUIEngine().render([_request(request) for request in requests]):
            texts.append(rendered.infotext)
            _choose(checkpoint)
        chosen = shared.opts.sd_model_checkpoint
        _choose(before)
        sd_models.reload_model_weights()
    return {"infotexts": texts, "chosen": chosen, "folder": folder}


def _choose(checkpoint: str) -> None:
    """As a choice in the menu does while the queue is held."""
    if hasattr(sd_models, "forge_model_reload"):
        from modules_forge import main_entry

        main_entry.checkpoint_change(checkpoint, save=False)
    else:
        shared.opts.data["sd_model_checkpoint"] = checkpoint
