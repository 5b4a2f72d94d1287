"""Step 2: broken, blank, doubled and surplus pictures are found, explained and moved out of the way."""

from consistent_character.curating.planning import CurateRequest, CurationPlan, Decision, apply, plan

__all__ = ["CurateRequest", "CurationPlan", "Decision", "apply", "plan"]
