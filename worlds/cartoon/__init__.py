"""The cartoon world.

Drawn people in drawn places, and the tiny Stable Diffusion checkpoint that learned to draw them.
"""
