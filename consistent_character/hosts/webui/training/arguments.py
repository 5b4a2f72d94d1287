"""The 30 settings of the web UI's `train_embedding`, named once.

Source: `modules/textual_inversion/textual_inversion.py: train_embedding` of A1111 1.10.1; reForge has the same.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from consistent_character.engine import TrainRequest
from consistent_character.hosts.webui.training.workplace import Workplace


def arguments(request: TrainRequest, place: Workplace) -> dict[str, Any]:
    """Every setting of a run, as the tutorial has them.

    `save_embedding_every` is 1: each time we are told, and nothing is written (`hooks`). Previews are drawn by us
    (`previews` says why).
    """
    return {
        "id_task": "",
        "embedding_name": request.name,
        "learn_rate": request.learn_rate,
        "batch_size": request.batch_size,
        "gradient_step": request.gradient_accumulation,
        "data_root": str(place.images),
        "log_directory": str(place.log),
        "training_width": request.width,
        "training_height": request.height,
        "varsize": False,
        "steps": request.steps,
        "clip_grad_mode": "disabled",
        "clip_grad_value": "0.1",
        "shuffle_tags": False,
        "tag_drop_out": 0,
        "latent_sampling_method": request.latent_sampling,
        # An image whose alpha is the same everywhere would make the loss 0/0.
        "use_weight": False,
        "create_image_every": 0,
        "save_embedding_every": 1,
        "template_filename": place.template_name,
        "save_image_with_stored_embedding": False,
        "preview_from_txt2img": False,
        "preview_prompt": "",
        "preview_negative_prompt": "",
        "preview_steps": 1,
        "preview_sampler_name": "Euler a",
        "preview_cfg_scale": 7.0,
        "preview_seed": -1,
        "preview_width": request.width,
        "preview_height": request.height,
    }


def takes(function: Callable[..., Any]) -> bool:
    """Whether a host's trainer takes these 30 settings and needs no others."""
    found = inspect.signature(function).parameters
    needed = {name for name, parameter in found.items() if parameter.default is parameter.empty}
    return needed <= set(NAMES) <= set(found)


NAMES = (
    *("id_task", "embedding_name", "learn_rate", "batch_size", "gradient_step", "data_root", "log_directory"),
    *("training_width", "training_height", "varsize", "steps", "clip_grad_mode", "clip_grad_value", "shuffle_tags"),
    *("tag_drop_out", "latent_sampling_method", "use_weight", "create_image_every", "save_embedding_every"),
    *("template_filename", "save_image_with_stored_embedding", "preview_from_txt2img", "preview_prompt"),
    *("preview_negative_prompt", "preview_steps", "preview_sampler_name", "preview_cfg_scale", "preview_seed"),
    *("preview_width", "preview_height"),
)
"""Their names, in the web UI's order."""
