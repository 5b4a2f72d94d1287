"""The REST routes: every step for scripts, on any FastAPI application. Nothing here knows a host."""

from consistent_character.web.address import PREFIX
from consistent_character.web.mounting import mount

__all__ = ["PREFIX", "mount"]
