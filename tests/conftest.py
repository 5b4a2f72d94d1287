"""Which tests run: those that need a web UI only where there is one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

WEBUI = "CONSISTENT_CHARACTER_WEBUI"

_skipped = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def webui() -> Path:
    """The checkout of AUTOMATIC1111's web UI that tests marked `webui` may read and start."""
    return Path(os.environ[WEBUI])


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
