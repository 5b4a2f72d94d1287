"""The page on its own server."""

from __future__ import annotations

import socket
from pathlib import Path

import httpx
import pytest

from consistent_character.ui.serve import launched, stop
from tests.fakes import FakeEngine, as_engine

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_an_answer_may_take_longer_than_the_queues_client_would_wait(tmp_path: Path) -> None:
    """After five seconds it would give up, and the page would show nothing of the job any more."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    page = launched(as_engine(FakeEngine()), "127.0.0.1", port, root=tmp_path)
    try:
        client = getattr(page._queue, "queue_client", None)
        if client is None:
            pytest.skip("the queue of gradio 4 asks nobody")
        assert client.timeout == httpx.Timeout(None)
    finally:
        stop(page, patience=2)
        page.server.thread.join(60)
