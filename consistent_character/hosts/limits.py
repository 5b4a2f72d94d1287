"""What can be drawn at all, on any host."""

from __future__ import annotations

from consistent_character.engine import RenderRequest
from consistent_character.errors import RequestError

CELL = 8
"""Picture pixels along the edge of one latent."""
MOST_STEPS = 1000


def check_settings(request: RenderRequest) -> None:
    """Pass a request whose numbers can be used; samplers are each host's own affair.

    Raises:
        RequestError: a setting is outside its range; says which.
    """
    if not 1 <= request.steps <= MOST_STEPS:
        raise RequestError(f"Steps must lie between 1 and {MOST_STEPS}, not {request.steps}.")
    if request.cfg_scale <= 0:
        raise RequestError(f"The CFG scale must be above 0, not {request.cfg_scale}.")
    check_size(request.width, request.height)


def check_size(width: int, height: int) -> None:
    """Pass a picture size in pixels.

    Raises:
        RequestError: it is no multiple of 8, or too small.
    """
    if width % CELL or height % CELL or min(width, height) < 2 * CELL:
        raise RequestError(
            f"Width and height must be multiples of {CELL} and at least {2 * CELL}, not {width} x {height}."
        )
