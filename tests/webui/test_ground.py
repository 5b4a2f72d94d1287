"""The ground that all other tests here stand on."""

from __future__ import annotations

import pytest

from tests.webui.server import RunningWebUI

pytestmark = pytest.mark.webui


def test_draws_with_the_cartoon_world(running: RunningWebUI) -> None:
    assert running.inside("ready.checkpoint").startswith("cartoon-world.safetensors")
    assert running.inside("ready.places") == [str(running.embeddings), str(running.templates)]


def test_what_raises_inside_is_told(running: RunningWebUI) -> None:
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        running.inside("ready.fails")
