"""Step 1: the zoom x angle grid of pictures that the character is made from."""

from consistent_character.generating.drawing import GridResult, generate
from consistent_character.generating.grid import GridRequest

__all__ = ["GridRequest", "GridResult", "generate"]
