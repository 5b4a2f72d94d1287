"""The REST routes: every step for scripts, on any FastAPI application. Nothing here knows a host."""

from consistent_character.web.routes import PREFIX, routes

__all__ = ["PREFIX", "routes"]
