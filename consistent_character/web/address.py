"""Where the routes are, and who may call them."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request

PREFIX = "/consistent-character/v1"
Guard = Callable[[Request], None]
"""A host's login: raises `HTTPException` where a request has none."""
