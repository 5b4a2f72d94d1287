"""What all of the web UI shares."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from modules import fake_model, options, shared_state

OptionInfo = options.OptionInfo
state: Any = shared_state.State()
opts: Any = options.Options({}, set())
opts.data.update(sd_model_checkpoint="first.safetensors", sd_checkpoint_hash="1" * 64, persistent_cond_cache=True)
opts.data.update(use_old_scheduling=False)
opts.data.update(training_xattention_optimizations=False, unload_models_when_training=False, sd_vae="Automatic")
cmd_opts: Any = SimpleNamespace(no_prompt_history=False, embeddings_dir="embeddings", api_auth=None, lowvram=False)
cmd_opts.textual_inversion_templates_dir = "textual_inversion_templates"
cmd_opts.clip_models_path = None
parallel_processing_allowed = True
sd_model: Any = fake_model.FakeModel("first.safetensors")


class _TotalTQDM:
    """The terminal's bar over all pictures."""

    def clear(self) -> None:
        """Nothing is shown."""

    def updateTotal(self, new_total: int) -> None:
        """Nothing is shown."""


total_tqdm: Any = _TotalTQDM()


class _Styles:
    """The user's styles: `fake_styles` has a positive and a negative text by name."""

    def __init__(self) -> None:
        self.fake_styles: dict[str, tuple[str, str]] = {}

    def apply_styles_to_prompt(self, prompt: str, styles: list[str]) -> str:
        return ", ".join([prompt, *(self.fake_styles[name][0] for name in styles)])

    def apply_negative_styles_to_prompt(self, prompt: str, styles: list[str]) -> str:
        return ", ".join([prompt, *(self.fake_styles[name][1] for name in styles)])


prompt_styles: Any = _Styles()
