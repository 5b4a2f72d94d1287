"""Hangs the routes into a host's FastAPI application; they are made when the first request comes.

Their bodies' types are made at run time, of every step's settings: reading those would lengthen a host's start.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from consistent_character.web.address import PREFIX, Guard

if TYPE_CHECKING:
    from consistent_character.house import House


def mount(app: FastAPI, house: House, guard: Guard | None = None) -> None:
    """Offer every step below `PREFIX`, and what they are at `PREFIX/docs`.

    `guard` is the host's login, asked before each of them.
    """
    app.mount(PREFIX, _MadeWhenAsked(house, guard))


class _MadeWhenAsked:
    """An ASGI application that is made for its first request."""

    def __init__(self, house: House, guard: Guard | None) -> None:
        self._house = house
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._made(scope, receive, send)

    @cached_property
    def _made(self) -> ASGIApp:
        from consistent_character.web.routes import application  # late, as it is what takes long

        return application(self._house, self._guard)
