"""Which kind of web UI this is, and what every kind can be asked."""

from __future__ import annotations

from typing import Any, Protocol

from modules import sd_hijack

from consistent_character.hosts.webui.kinds.automatic1111 import Automatic1111


class Kind(Protocol):
    """What differs between the kinds; it holds nothing of its own."""

    @property
    def trains(self) -> bool:
        """Whether there is anything that training would leave behind."""

    def model(self) -> Any | None:
        """The model in use, waited for if it is not loaded yet; None if there is none to load."""

    def load(self, checkpoint: Any) -> None:
        """Put a checkpoint of the list into use, in the menu too. Hold the queue."""

    def begin(self) -> None:
        """Put into use what the menu of checkpoints says, if that is not done already. Hold the queue."""

    def reader(self, model: Any) -> Any:
        """What of the model has `tokenize` and `tokenize_line`."""

    def table_of_words(self, model: Any) -> Any:
        """The vectors `(tokens, width)` of the model's own vocabulary, wherever they are kept at the moment."""

    def notebook(self, model: Any) -> Any:
        """What has `extra_generation_params`, where it is noted meanwhile what will be said of a picture's prompts."""

    def table(self) -> Any | None:
        """The table of embeddings that prompts are read with; None where it comes with a model, and none is loaded."""

    def register(self, embedding: Any | None, model: Any, name: str) -> None:
        """Put an embedding into the table, or with None take that of this name out of it."""

    def look_again(self) -> None:
        """See to it that what has been put into the user's folder is found at the next generation. Hold the queue."""

    def load_embeddings(self) -> None:
        """Read the user's folder now: prompts come to what is in it from now on. Hold the queue."""

    def draw(self, p: Any, model: Any) -> Any:
        """`process_images`, with that model in use.

        Raises:
            RequestError: another one was loaded meanwhile.
        """


def kind() -> Kind:
    """That of the web UI around us."""
    if hasattr(sd_hijack.model_hijack, "embedding_db"):
        return Automatic1111()
    from consistent_character.hosts.webui.kinds.forge import Forge  # its modules are nowhere else

    return Forge()
