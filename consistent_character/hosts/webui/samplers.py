"""Our four samplers in the web UI's words: since 1.9 a sampler and a schedule are chosen apart."""

from __future__ import annotations

from consistent_character.engine import Sampler
from consistent_character.errors import RequestError

AUTOMATIC = "Automatic"

_SAMPLERS: dict[Sampler, tuple[str, str]] = {
    "Euler a": ("Euler a", AUTOMATIC),
    "Euler": ("Euler", AUTOMATIC),
    "DPM++ 2M": ("DPM++ 2M", AUTOMATIC),
    "DPM++ 2M Karras": ("DPM++ 2M", "Karras"),
}


def sampler_and_scheduler(name: str) -> tuple[str, str]:
    """What the web UI calls the sampler, and the schedule.

    Raises:
        RequestError: there is none of this name; lists those that there are. (The web UI would take its first one.)
    """
    for known, pair in _SAMPLERS.items():
        if known == name:
            return pair
    raise RequestError(f"There is no sampler {name!r} here; choose one of: {', '.join(_SAMPLERS)}.")
