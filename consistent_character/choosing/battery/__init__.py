"""Trying the chosen iteration out: other places, outfits, hair colours, art styles, zooms, angles and checkpoints."""

from consistent_character.choosing.battery.request import BatteryRequest
from consistent_character.choosing.battery.result import Battery, Cell, Tried, read_battery
from consistent_character.choosing.battery.trying import try_out, try_run

__all__ = ["Battery", "BatteryRequest", "Cell", "Tried", "read_battery", "try_out", "try_run"]
