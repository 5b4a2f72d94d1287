"""The tab: one panel a step, layout and wiring only.

What a panel shows is read from the character folder; what it does is done by a step.
"""
