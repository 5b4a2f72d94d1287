"""The cartoon world: drawn people in drawn places, and the tiny Stable Diffusion checkpoint that learned to draw them."""
