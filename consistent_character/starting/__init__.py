"""What start.py does once a suitable Python runs it. Standard library only: nothing is installed yet."""

from consistent_character.starting.commands import main

__all__ = ["main"]
