"""Errors that end in the log."""

from __future__ import annotations

fake_reported: list[str] = []
"""What was put into the log."""


def report(message: str, *, exc_info: bool = False) -> None:
    fake_reported.append(message)
