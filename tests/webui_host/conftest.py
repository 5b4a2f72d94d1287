"""The fake web UI as Forge."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.webui_modules.forge import into_forge


@pytest.fixture
def forge(modules: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """No trainer, no common table of embeddings, and until the first picture no model but something in its place."""
    into_forge(modules, monkeypatch)
    return modules
