"""What about this web UI would spoil a training run, beyond what `consistent_character.training` looks at itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from modules import sd_models, sd_vae, shared

from consistent_character.engine import TrainRequest
from consistent_character.errors import RequestError
from consistent_character.findings import Finding, Fix
from consistent_character.hosts.webui.base_checkpoint import find_checkpoint
from consistent_character.hosts.webui.checkpoints import loaded_model
from consistent_character.hosts.webui.samplers import sampler_and_scheduler


def findings(request: TrainRequest, checkpoint: str) -> Iterator[Finding]:
    """Everything found; nothing is changed. `checkpoint` is the one to train on, empty for the one in use.

    Raises:
        CheckpointError: none is loaded.
    """
    yield from _memory()
    yield from _checkpoint(checkpoint)
    yield from _vae()
    yield from _sampler(request)


def mend(finding: Finding) -> None:
    """Do what the finding's fix says. Hold the web UI's queue: another VAE is another picture for whoever is drawing.

    Raises:
        RequestError: it did not help.
    """
    mending = _MENDING.get(finding.code)
    if mending is None:
        raise RequestError(f"That must be mended by hand. {finding.remedy}")
    mending(finding)


def _memory() -> Iterator[Finding]:
    if shared.cmd_opts.lowvram:
        message = "The web UI was started with --lowvram, and cannot train so."
        yield Finding("error", "lowvram", message, "Start it with --medvram instead, or with neither.")


def _checkpoint(wanted: str) -> Iterator[Finding]:
    model = loaded_model()
    loaded = model.sd_checkpoint_info
    found = find_checkpoint(wanted) if wanted else loaded
    if found is None:
        message = f"The base checkpoint {Path(wanted).name} is not among the web UI's."
        remedy = "Put its file into models/Stable-diffusion and look again, or name another one in character.toml."
        yield Finding("error", "checkpoint-missing", message, remedy, fix=Fix("Look again", "host"))
    elif found.filename != loaded.filename:
        message = f"{loaded.model_name} is loaded, and the run trains on {found.model_name}."
        remedy = f"Nothing to do: it is loaded for the run, and {loaded.model_name} again afterwards."
        yield Finding("warning", "checkpoint-other", message, remedy)
    elif not getattr(model, "is_sd1", True):
        message = f"{loaded.model_name} is no Stable Diffusion 1 checkpoint, and the web UI trains on no other here."
        yield Finding("error", "checkpoint-kind", message, "Load a checkpoint of Stable Diffusion 1.x.")


def _vae() -> Iterator[Finding]:
    if sd_vae.loaded_vae_file is not None:
        message = f"The VAE {Path(sd_vae.loaded_vae_file).name} is loaded, and pictures would be learned through it."
        remedy = "The run puts it aside while it lasts; unload it to draw without it too."
        yield Finding("warning", "vae-loaded", message, remedy, fix=Fix("Unload the VAE", "host"))


def _sampler(request: TrainRequest) -> Iterator[Finding]:
    if request.preview is None or not request.preview_every:
        return
    try:
        sampler_and_scheduler(request.preview.sampler)
    except RequestError as error:
        fix = Fix("Take Euler a", "settings", (("preview_sampler", "Euler a"),))
        yield Finding("error", "sampler", str(error), "Take another sampler for the previews.", fix=fix)


def _look_again(finding: Finding) -> None:
    sd_models.list_models()


def _unload_vae(finding: Finding) -> None:
    shared.opts.sd_vae = "None"
    sd_vae.reload_vae_weights(loaded_model(), vae_file=None)
    if sd_vae.loaded_vae_file is not None:
        raise RequestError("The web UI loads that VAE whatever the settings say: start it without --vae-path.")


_MENDING: dict[str, Callable[[Finding], None]] = {"checkpoint-missing": _look_again, "vae-loaded": _unload_vae}
