"""The web UI's own logins, asked of our routes too: `--api-auth` and `--gradio-auth` cover no route of an extension.

Source: `Api.auth` in modules/api/api.py; `get_current_user` and `login_check` in gradio/routes.py.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from secrets import compare_digest
from typing import Any

from fastapi import HTTPException, Request
from modules import shared

_COOKIES = ("access-token", "access-token-unsecure")


def guard_of(app: Any) -> Callable[[Request], None]:
    """A FastAPI dependency that lets in whoever the web UI would let in: by either login, or all if it has none."""
    users = api_users(getattr(shared.cmd_opts, "api_auth", None) or "")

    def guard(request: Request) -> None:
        if not users and getattr(app, "auth", None) is None:
            return
        if _by_password(request, users) or _by_session(request, app):
            return
        headers = {"WWW-Authenticate": "Basic"} if users else None  # a browser asks for a password where that helps
        raise HTTPException(status_code=401, detail="Log in as you do for the web UI itself.", headers=headers)

    return guard


def api_users(setting: str) -> dict[str, str]:
    """Passwords by user, of `--api-auth user:password,user:password`."""
    pairs = (entry.split(":", 1) for entry in setting.split(",") if ":" in entry)
    return {user.strip(): password for user, password in pairs}


def _by_password(request: Request, users: Mapping[str, str]) -> bool:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    wanted = users.get(user)
    return wanted is not None and compare_digest(password.encode(), wanted.encode())


def _by_session(request: Request, app: Any) -> bool:
    """Whether gradio gave this browser a session; gradio 4 adds an id of the page to the cookie's name."""
    if getattr(app, "auth", None) is None:
        return False
    page = getattr(app, "cookie_id", None)
    names = (*_COOKIES, *(f"{name}-{page}" for name in _COOKIES if page))
    return any(request.cookies.get(name) in app.tokens for name in names if request.cookies.get(name))
