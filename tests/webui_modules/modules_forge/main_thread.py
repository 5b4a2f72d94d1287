"""The one thread on which Forge draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

last_exception: Exception | None = None
fake_ran: list[Any] = []
"""All that was given to it."""


def run_and_wait_result(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What it returns. What it raises is shown in the terminal, and nobody else hears of it."""
    global last_exception
    fake_ran.append(func)
    try:
        return func(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 - as the real one
        last_exception = error
        return None
