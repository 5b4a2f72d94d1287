"""What the web UI's text encoder is given while our engine draws."""

from __future__ import annotations

from typing import Any

from modules import call_queue

from consistent_character.hosts.webui.checkpoints import loaded_model
from consistent_character.hosts.webui.engine import WebUIEngine
from consistent_character.hosts.webui.kinds import kind
from tests.webui.inside.engine import _request


def read(rounds: list[list[dict[str, Any]]]) -> list[int]:
    """Draw the requests of each round with one engine; how many texts the encoder has been given until its end."""
    engine, texts = WebUIEngine(), list[str]()
    encoder = type(kind().reader(loaded_model()))
    plain = encoder.forward if hasattr(encoder, "forward") else encoder.__call__
    name = plain.__name__

    def listening(self: Any, given: Any) -> Any:
        texts.extend(given)
        return plain(self, given)

    setattr(encoder, name, listening)
    found = []
    try:
        with call_queue.queue_lock:
            for requests in rounds:
                for _ in engine.render([_request(request) for request in requests]):
                    pass
                found.append(len(texts))
    finally:
        setattr(encoder, name, plain)
    return found
