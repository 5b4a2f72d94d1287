"""Forge: each model has a table of embeddings of its own, and is loaded when something is drawn, by one thread.

Source: `modules/sd_models.py`, `modules_forge/main_thread.py` and `backend/text_processing/` of Forge 2.0.1v1.10.1.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from modules import processing, sd_models, shared
from modules_forge import main_thread

from consistent_character.errors import CheckpointError, RequestError

Answer = TypeVar("Answer")
_READERS = ("text_processing_engine", "text_processing_engine_l", "text_processing_engine_g")


class Forge:
    """See `Kind`."""

    trains = False

    def model(self) -> Any | None:
        """The model that was drawn with last; before the first picture, that of the menu is loaded."""
        if _loaded() is None and sd_models.select_checkpoint() is not None:
            _on_its_thread(sd_models.forge_model_reload)
        return _loaded()

    def load(self, checkpoint: Any) -> None:
        """By what Forge loads from, which the menu writes too; the other settings above its page stay."""
        shared.opts.data["sd_model_checkpoint"] = checkpoint.title
        wanted = getattr(sd_models.model_data, "forge_loading_parameters", {})
        sd_models.model_data.forge_loading_parameters = {**wanted, "checkpoint_info": checkpoint}
        _on_its_thread(sd_models.forge_model_reload)

    def begin(self) -> None:
        """Load what the menu says; nobody else does before something is drawn."""
        if sd_models.select_checkpoint() is not None:
            _on_its_thread(sd_models.forge_model_reload)

    def reader(self, model: Any) -> Any:
        """What reads as CLIP does.

        Raises:
            CheckpointError: nothing of this model does.
        """
        found = _readers(model)
        if not found:
            raise CheckpointError(
                f"{model.sd_checkpoint_info.name_for_extra} reads prompts in a way of its own: choose a checkpoint of "
                "Stable Diffusion 1.x in the menu at the top left."
            )
        return found[0]

    def table_of_words(self, model: Any) -> Any:
        """That of the reader."""
        return self.reader(model).text_encoder.transformer.text_model.embeddings.token_embedding.weight

    def notebook(self, model: Any) -> Any:
        """The model itself."""
        return model

    def table(self) -> Any | None:
        """The model's own."""
        return next((reader.embeddings for reader in _readers(_loaded())), None)

    def register(self, embedding: Any | None, model: Any, name: str) -> None:
        """By the ids that the table's own tokenizer reads the name as."""
        self.reader(model).embeddings.register_embedding_by_name(embedding, name)

    def look_again(self) -> None:
        """Read the folder anew: Forge looks at it when it loads a model, and never again."""
        table = self.table()
        if table is not None:
            table.load_textual_inversion_embeddings()

    def load_embeddings(self) -> None:
        """As `look_again`, which Forge does at once."""
        self.look_again()

    def draw(self, p: Any, model: Any) -> Any:
        """On Forge's own thread.

        Raises:
            RequestError: the settings above its page have been changed meanwhile, and it has loaded the model anew.
        """
        processed = _on_its_thread(lambda: processing.process_images(p))
        if _loaded() is not model:
            processing.need_global_unload = True  # what is remembered of prompts is the other model's
            raise RequestError(
                "Forge has loaded its model anew while this job was drawing, because a setting at the top of its page "
                "was changed. What was finished is kept; start the job again to go on."
            )
        return processed


def _loaded() -> Any | None:
    """Before the first picture something stands there that cannot draw."""
    model = sd_models.model_data.sd_model
    return model if hasattr(model, "sd_checkpoint_info") else None


def _readers(model: Any) -> list[Any]:
    """One in a Stable Diffusion 1.x, several in others, and not all of them know embeddings."""
    found = (getattr(model, name, None) for name in _READERS)
    return [reader for reader in found if hasattr(reader, "embeddings")]


def _on_its_thread(work: Callable[[], Answer]) -> Answer:
    """What the work returns or raises. Forge moves and runs models on its main thread only."""
    if threading.current_thread() is threading.main_thread():
        return work()
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def told() -> None:
        try:
            answers.append(work())
        except BaseException as error:  # noqa: BLE001 - it is raised below, where it belongs
            errors.append(error)

    main_thread.run_and_wait_result(told)
    if errors:
        raise errors[0]
    return answers[0]
