"""The whole job on the cartoon world, twice from the same images: once done right, once overtrained on purpose."""

from __future__ import annotations

from consistent_character.demo.making import run_demo
from consistent_character.demo.plan import DemoPlan, RunPlan

__all__ = ["DemoPlan", "RunPlan", "run_demo"]
