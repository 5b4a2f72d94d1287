"""Jobs that leave everything upside down, and what is left of that afterwards."""

from __future__ import annotations

from modules import call_queue, devices, processing, sd_hijack, sd_models, shared
from modules.textual_inversion import textual_inversion

from consistent_character.hosts.webui.keeping import kept


class Broken(Exception):
    """What goes wrong in a job."""


def a_job(breaks: bool, checkpoint: str) -> str:
    """Turns everything upside down within `kept`; returns the checkpoint that it saw."""
    seen = ""
    with call_queue.queue_lock:
        try:
            with kept():
                seen = _upside_down(checkpoint)
                if breaks:
                    raise Broken
        except Broken:
            return f"{seen}, broken"
    return seen


def a_choice(checkpoint: str) -> list[str]:
    """What is loaded and chosen after a job during which the user has chosen another checkpoint."""
    with call_queue.queue_lock:
        with kept():
            shared.opts.data["sd_model_checkpoint"] = checkpoint
            sd_models.reload_model_weights(info=sd_models.checkpoint_aliases["cartoon-world"])
        found = [sd_models.model_data.sd_model.sd_checkpoint_info.name_for_extra, shared.opts.sd_model_checkpoint]
        shared.opts.data["sd_model_checkpoint"] = sd_models.model_data.sd_model.sd_checkpoint_info.title
    return found


def _upside_down(checkpoint: str) -> str:
    state = shared.state
    state.begin("a job of the tests")
    sd_models.reload_model_weights(info=sd_models.checkpoint_aliases[checkpoint])
    if hasattr(sd_hijack, "undo_optimizations"):  # reForge has nothing of the kind
        sd_hijack.undo_optimizations()
        sd_hijack.current_optimizer = None
    model = shared.sd_model
    db = sd_hijack.model_hijack.embedding_db
    db.load_textual_inversion_embeddings(force_reload=True)
    vectors = devices.torch.zeros(2, db.expected_shape)
    embedding = textual_inversion.create_embedding_from_data({"string_to_param": {"*": vectors}}, "leftover")
    db.register_embedding_by_name(embedding, model, "leftover")
    for parameter in model.parameters():
        parameter.grad = devices.torch.zeros_like(parameter)
    processing.StableDiffusionProcessing.cached_c[:] = ["upside", "down"]
    shared.parallel_processing_allowed = False
    state.interrupted = state.skipped = state.stopping_generation = True
    state.job_no, state.job_count, state.textinfo = 3, 4, "half done"
    return str(model.sd_checkpoint_info.name_for_extra)
