"""All of the web UI's state that a job must leave as it found it, as JSON to compare."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from modules import paths, processing, sd_hijack, sd_hijack_checkpoint, sd_models, shared

_TIMES = ("job_timestamp", "sampling_steps")
"""What every job of the web UI leaves behind, too, and nobody looks at."""


def everything() -> dict[str, Any]:
    """Settings, checkpoint, embeddings, optimizations, gradients, remembered prompts, flags, files."""
    return {
        "settings": {name: repr(value) for name, value in shared.opts.data.items()},
        "checkpoint": _checkpoint(),
        "embeddings": embeddings(),
        "optimizations": optimizations(),
        "gradients": sum(parameter.grad is not None for parameter in _parameters()),
        "remembered": [repr(cache[0]) for cache in _caches()] + [id(cache[1]) for cache in _caches()],
        "state": {name: repr(value) for name, value in shared.state.dict().items() if name not in _TIMES},
        "parallel": shared.parallel_processing_allowed,
        "history": shared.cmd_opts.no_prompt_history,
        "files": _files(),
    }


def embeddings() -> dict[str, Any]:
    """The tables, by identity, and when the folders were looked at."""
    db = table()
    return {
        "tables": [id(db.ids_lookup), id(db.word_embeddings), id(db.skipped_embeddings)],
        "lookup": {str(first): [[ids, id(one)] for ids, one in found] for first, found in db.ids_lookup.items()},
        "words": [[name, id(one)] for name, one in db.word_embeddings.items()],
        "skipped": [[name, id(one)] for name, one in db.skipped_embeddings.items()],
        "folders": {path: folder.mtime for path, folder in db.embedding_dirs.items()},
        "rest": repr([db.expected_shape, getattr(db, "previously_displayed_embeddings", None)]),
    }


def table() -> Any:
    """Of all models; in Forge each has one of its own."""
    hijack = sd_hijack.model_hijack
    if hasattr(hijack, "embedding_db"):
        return hijack.embedding_db
    return sd_models.model_data.sd_model.text_processing_engine.embeddings


def optimizations() -> list[Any]:
    """The functions that stand in the model's code now, and what the web UI thinks of them."""
    if find_spec("ldm") is None:  # Forge, which has nothing of the kind
        return []
    import ldm.modules.attention
    import ldm.modules.diffusionmodules.model
    import ldm.modules.diffusionmodules.openaimodel

    return [
        id(ldm.modules.attention.CrossAttention.forward),
        id(ldm.modules.attention.BasicTransformerBlock.forward),
        id(ldm.modules.diffusionmodules.model.AttnBlock.forward),
        id(ldm.modules.diffusionmodules.model.nonlinearity),
        id(ldm.modules.diffusionmodules.openaimodel.th),
        id(ldm.modules.diffusionmodules.openaimodel.ResBlock.forward),
        repr(getattr(sd_hijack, "current_optimizer", None)),
        len(sd_hijack_checkpoint.stored),
    ]


def _checkpoint() -> list[Any]:
    model = sd_models.model_data.sd_model
    told = [repr(getattr(model, name, None)) for name in ("sd_model_checkpoint", "used_config")]
    return [
        getattr(getattr(model, "sd_checkpoint_info", None), "title", None),  # Forge has none before its first picture
        *told,
        repr(getattr(sd_models.model_data, "forge_loading_parameters", None)),
    ]


def _parameters() -> list[Any]:
    return list(getattr(shared.sd_model, "parameters", list)())


def _caches() -> tuple[Any, Any]:
    found = processing.StableDiffusionProcessing
    return found.cached_c, found.cached_uc


def _files() -> dict[str, str]:
    """What the user would miss, or find unasked: embeddings, pictures, the last prompt, the cache of hashes."""
    data = Path(paths.data_path)
    found = [*(data / "embeddings").rglob("*"), *(data / "outputs").rglob("*"), data / "params.txt"]
    return {path.name: str(path.stat().st_mtime_ns) for path in found if path.is_file()}
