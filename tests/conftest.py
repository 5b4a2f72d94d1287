"""Which tests run: those that need a web UI only where there is one; and the fake web UI for those that need none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from tests.webui.server import WebUI
from tests.webui_modules.loading import fake_modules

WEBUI = "WEBUI_DIR"
"""Names the checkout of AUTOMATIC1111's web UI."""
WEBUI_PYTHON = "WEBUI_PYTHON"
"""Names the Python that has the web UI's libraries; without it, `venv/bin/python` in the checkout."""

_skipped = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def webui() -> WebUI:
    """The web UI that tests marked `webui` may read and start."""
    folder = Path(os.environ[WEBUI])
    return WebUI(folder, Path(os.environ.get(WEBUI_PYTHON) or folder / "venv" / "bin" / "python"))


@pytest.fixture
def modules() -> Iterator[ModuleType]:
    """The fake of the web UI's `modules`, new for each test; `consistent_character.hosts.webui` is imported anew on it.

    Import what you test inside the test, not at the top of the file.
    """
    with fake_modules() as package:
        yield package


def pytest_collection_modifyitems(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """Skip what needs a web UI when the environment names none."""
    if os.environ.get(WEBUI):
        return
    waiting = [item for item in items if item.get_closest_marker("webui")]
    for item in waiting:
        item.add_marker(pytest.mark.skip(reason=f"{WEBUI} names no checkout of the web UI"))
    config.stash[_skipped] = len(waiting)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many were skipped for that: silence would look like success."""
    terminalreporter.write_line(f"webui tests skipped: {config.stash.get(_skipped, 0)}")
